public import WireFormat

/// A value that travels to PostgreSQL beside the statement, never inside its text.
public enum SQLValue: Sendable, Hashable {
    case null
    case text(String)
    /// `bigint`.
    case integer(Int64)
    case bool(Bool)
    /// `bytea`.
    case bytes([UInt8])
    case uuid(UUIDv7)
    /// `timestamptz`.
    case instant(Instant)
    /// `date`.
    case day(Day)
    /// `numeric`, in plain decimal notation.
    case numeric(String)
    /// `jsonb`.
    case json(JSONValue)
    case textArray([String])
    case uuidArray([UUIDv7])
    case integerArray([Int64])
    case bytesArray([[UInt8]])
    case instantArray([Instant])
}

/// A type whose values can be bound to a statement.
public protocol SQLBindable: Sendable {
    /// The bound form.
    var sqlValue: SQLValue { get }
}

extension SQLValue: SQLBindable { public var sqlValue: SQLValue { self } }
extension String: SQLBindable { public var sqlValue: SQLValue { .text(self) } }
extension Int64: SQLBindable { public var sqlValue: SQLValue { .integer(self) } }
extension Int: SQLBindable { public var sqlValue: SQLValue { .integer(Int64(self)) } }
extension Bool: SQLBindable { public var sqlValue: SQLValue { .bool(self) } }
extension UUIDv7: SQLBindable { public var sqlValue: SQLValue { .uuid(self) } }
extension Instant: SQLBindable { public var sqlValue: SQLValue { .instant(self) } }
extension Day: SQLBindable { public var sqlValue: SQLValue { .day(self) } }
extension TenantID: SQLBindable { public var sqlValue: SQLValue { .text(text) } }
extension RequestID: SQLBindable { public var sqlValue: SQLValue { .text(text) } }
extension JSONValue: SQLBindable { public var sqlValue: SQLValue { .json(self) } }

extension Optional: SQLBindable where Wrapped: SQLBindable {
    public var sqlValue: SQLValue { self?.sqlValue ?? .null }
}

/// An element of an array parameter.
public protocol SQLArrayElement: Sendable {
    /// The bound form of an array of these.
    static func sqlArray(_ elements: [Self]) -> SQLValue
}

extension String: SQLArrayElement {
    public static func sqlArray(_ elements: [String]) -> SQLValue { .textArray(elements) }
}
extension UUIDv7: SQLArrayElement {
    public static func sqlArray(_ elements: [UUIDv7]) -> SQLValue { .uuidArray(elements) }
}
extension Int64: SQLArrayElement {
    public static func sqlArray(_ elements: [Int64]) -> SQLValue { .integerArray(elements) }
}
extension Instant: SQLArrayElement {
    public static func sqlArray(_ elements: [Instant]) -> SQLValue { .instantArray(elements) }
}

/// A single byte binds only as part of an array, which is a `bytea`.
extension UInt8: SQLArrayElement { public static func sqlArray(_ elements: [UInt8]) -> SQLValue { .bytes(elements) } }

extension Array: SQLBindable where Element: SQLArrayElement {
    public var sqlValue: SQLValue { Element.sqlArray(self) }
}

extension Array: SQLArrayElement where Element == UInt8 {
    public static func sqlArray(_ elements: [[UInt8]]) -> SQLValue { .bytesArray(elements) }
}
