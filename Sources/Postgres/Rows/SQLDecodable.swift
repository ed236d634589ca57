public import WireFormat

/// A type that can be read from a column.
public protocol SQLDecodable {
    /// Reads a value that is not null.
    init(cell: SQLCell) throws(RowError)

    /// What null reads as; nil when null is an error.
    static var readFromNull: Self? { get }
}

extension SQLDecodable {
    /// Null is an error unless a type says otherwise.
    public static var readFromNull: Self? { nil }
}

extension Optional: SQLDecodable where Wrapped: SQLDecodable {
    /// What is not null, as the wrapped type reads it.
    public init(cell: SQLCell) throws(RowError) { self = .some(try Wrapped(cell: cell)) }
    /// Null is `nil`.
    public static var readFromNull: Self? { .some(.none) }
}

extension String: SQLDecodable {
    /// `text` and its kin, and the usual spelling of numbers, `numeric`, `uuid`, days and instants.
    public init(cell: SQLCell) throws(RowError) { self = try cell.text() }
}

extension Int64: SQLDecodable {
    /// `smallint`, `integer`, `bigint`.
    public init(cell: SQLCell) throws(RowError) { self = try cell.integer() }
}

extension Int: SQLDecodable {
    /// `smallint`, `integer`, `bigint`.
    public init(cell: SQLCell) throws(RowError) { self = Int(try cell.integer()) }
}

extension Bool: SQLDecodable {
    /// `boolean`.
    public init(cell: SQLCell) throws(RowError) { self = try cell.boolean() }
}

extension Double: SQLDecodable {
    /// `real`, `double precision`.
    public init(cell: SQLCell) throws(RowError) { self = try cell.double() }
}

extension UUIDv7: SQLDecodable {
    /// `uuid`, version 7 only, or text that spells one.
    public init(cell: SQLCell) throws(RowError) { self = try cell.uuid() }
}

extension Instant: SQLDecodable {
    /// `timestamptz`.
    public init(cell: SQLCell) throws(RowError) { self = try cell.instant() }
}

extension Day: SQLDecodable {
    /// `date`.
    public init(cell: SQLCell) throws(RowError) { self = try cell.day() }
}

extension JSONValue: SQLDecodable {
    /// `jsonb`, `json`.
    public init(cell: SQLCell) throws(RowError) { self = try cell.json() }
}

extension TenantID: SQLDecodable {
    /// Text that names a tenant.
    public init(cell: SQLCell) throws(RowError) {
        guard let tenant = TenantID(try cell.text()) else { throw cell.invalid("not a tenant") }
        self = tenant
    }
}

extension RequestID: SQLDecodable {
    /// Text that is a request id.
    public init(cell: SQLCell) throws(RowError) {
        guard let id = RequestID(try cell.text()) else { throw cell.invalid("not a request id") }
        self = id
    }
}

/// Enumerations that are stored as their raw value: `enum Grade: String, SQLDecodable`.
extension SQLDecodable where Self: RawRepresentable, RawValue: SQLDecodable {
    /// The raw value, which must be one of the known ones.
    public init(cell: SQLCell) throws(RowError) {
        guard let value = Self(rawValue: try RawValue(cell: cell)) else { throw cell.invalid("not a known value") }
        self = value
    }
}

/// `bytea` for `[UInt8]`, arrays of PostgreSQL for the rest.
extension Array: SQLDecodable where Element: SQLArrayDecodable {
    /// The whole array.
    public init(cell: SQLCell) throws(RowError) { self = try Element.readArray(cell) }
}

/// A type whose arrays can be read. `UInt8` is one because its array is a `bytea`.
public protocol SQLArrayDecodable {
    /// Reads a whole array.
    static func readArray(_ cell: SQLCell) throws(RowError) -> [Self]
}

extension SQLArrayDecodable where Self: SQLDecodable {
    /// An array of one dimension.
    public static func readArray(_ cell: SQLCell) throws(RowError) -> [Self] {
        guard cell.isArray else { throw cell.mismatch("an array") }
        var values: [Self] = []
        for element in try cell.elements() {
            if let element {
                values.append(try Self(cell: element))
            } else if let value = Self.readFromNull {
                values.append(value)
            } else {
                throw RowError(.unexpectedNull, column: cell.column, "an element is null")
            }
        }
        return values
    }
}

extension UInt8: SQLArrayDecodable {
    /// `bytea`.
    public static func readArray(_ cell: SQLCell) throws(RowError) -> [UInt8] { try cell.binary() }
}

extension Array: SQLArrayDecodable where Element == UInt8 {}
extension Optional: SQLArrayDecodable where Wrapped: SQLDecodable {}
extension String: SQLArrayDecodable {}
extension Int64: SQLArrayDecodable {}
extension Int: SQLArrayDecodable {}
extension Bool: SQLArrayDecodable {}
extension UUIDv7: SQLArrayDecodable {}
extension Instant: SQLArrayDecodable {}
extension Day: SQLArrayDecodable {}
extension TenantID: SQLArrayDecodable {}
