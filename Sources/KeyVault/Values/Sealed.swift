public import Postgres
public import SQLQuery
import WireFormat

/// A column's sealed value. It can be stored and read as it is; the plain value comes only through an `Opener`. A plain
/// `Value` cannot be bound where a `Sealed<Value>` is stored.
public struct Sealed<Value: SealableValue>: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The envelope.
    public let envelope: [UInt8]

    /// An envelope that a `Sealer` made or a column held.
    public init(envelope: [UInt8]) {
        self.envelope = envelope
    }

    /// Shows nothing.
    public var description: String { "‹sealed›" }
    /// Shows nothing.
    public var debugDescription: String { description }
}

extension Sealed: SQLBindable {
    /// The envelope as `bytea`.
    public var sqlValue: SQLValue { .bytes(envelope) }
}

extension Sealed: SQLDecodable {
    /// Reads `bytea`. Whether it is an envelope shows when it is opened.
    public init(cell: SQLCell) throws(RowError) {
        envelope = try cell.binary()
    }
}

/// A sealed column: its place and its type, declared once.
///
/// ```swift
/// extension SealedColumn where Value == String {
///     static var nationalID: Self { SealedColumn(table: "employee", column: "national_id") }
/// }
/// ```
public struct SealedColumn<Value: SealableValue>: Sendable {
    let table: StaticString
    let column: StaticString

    /// The column `column` of `table`.
    public init(table: StaticString, column: StaticString, of type: Value.Type = Value.self) {
        self.table = table
        self.column = column
    }

    func place(tenant: TenantID, row: UUIDv7) -> SealedPlace {
        SealedPlace(tenant: tenant, table: table.description, column: column.description, row: row.bytes)
    }

    var indexName: String { "\(table).\(column)" }
}
