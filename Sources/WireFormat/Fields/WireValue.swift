/// A type that one field of a body can hold.
public protocol WireValue: Sendable {
    /// Stands in for a field that could not be read, so that the other fields are checked too. It never escapes:
    /// `WireBody.decode(from:)` throws whenever one was needed.
    static var placeholder: Self { get }

    /// Reads the value.
    init(wire: JSONValue) throws(WireValueError)
}

/// A type that can be written to the wire.
public protocol WireEncodable: Sendable {
    /// The value as JSON.
    var wire: JSONValue { get }
}

extension String: WireValue, WireEncodable {
    public static var placeholder: String { "" }
    public init(wire: JSONValue) throws(WireValueError) {
        guard case .string(let text) = wire else { throw WireValueError("must be a string, not \(wire.kind)") }
        self = text
    }
    public var wire: JSONValue { .string(self) }
}

extension Bool: WireValue, WireEncodable {
    public static var placeholder: Bool { false }
    public init(wire: JSONValue) throws(WireValueError) {
        guard case .bool(let truth) = wire else { throw WireValueError("must be true or false, not \(wire.kind)") }
        self = truth
    }
    public var wire: JSONValue { .bool(self) }
}

extension Int64: WireValue, WireEncodable {
    public static var placeholder: Int64 { 0 }
    public init(wire: JSONValue) throws(WireValueError) {
        guard case .integer(let number) = wire else { throw WireValueError("must be an integer, not \(wire.kind)") }
        self = number
    }
    public var wire: JSONValue { .integer(self) }
}

extension Int: WireValue, WireEncodable {
    public static var placeholder: Int { 0 }
    public init(wire: JSONValue) throws(WireValueError) { self = Int(try Int64(wire: wire)) }
    public var wire: JSONValue { .integer(Int64(self)) }
}

extension Instant: WireValue, WireEncodable {
    public static var placeholder: Instant { Instant(microseconds: 0) }
    public init(wire: JSONValue) throws(WireValueError) {
        guard let instant = Instant(rfc3339: try String(wire: wire)) else {
            throw WireValueError("must be an RFC 3339 time such as 2026-11-21T09:30:00Z")
        }
        self = instant
    }
    public var wire: JSONValue { .string(rfc3339) }
}

extension Day: WireValue, WireEncodable {
    public static var placeholder: Day { Day(.placeholder) }
    public init(wire: JSONValue) throws(WireValueError) {
        guard let day = Day(try String(wire: wire)) else { throw WireValueError("must be a day as YYYY-MM-DD") }
        self = day
    }
    public var wire: JSONValue { .string(text) }
}

extension UUIDv7: WireValue, WireEncodable {
    public static var placeholder: UUIDv7 { .generate(at: .placeholder) }
    public init(wire: JSONValue) throws(WireValueError) {
        guard let id = UUIDv7(try String(wire: wire)) else {
            throw WireValueError("must be a UUID of version 7 in lower case")
        }
        self = id
    }
    public var wire: JSONValue { .string(text) }
}

extension TenantID: WireValue, WireEncodable {
    public static var placeholder: TenantID { .system }
    public init(wire: JSONValue) throws(WireValueError) {
        guard let tenant = TenantID(try String(wire: wire)) else {
            throw WireValueError("must be a tenant: a UUID of version 7 in lower case")
        }
        self = tenant
    }
    public var wire: JSONValue { .string(text) }
}

extension JSONValue: WireValue, WireEncodable {
    public static var placeholder: JSONValue { .null }
    public init(wire: JSONValue) throws(WireValueError) { self = wire }
    public var wire: JSONValue { self }
}

extension Array: WireValue where Element: WireValue {
    public static var placeholder: [Element] { [] }
    public init(wire: JSONValue) throws(WireValueError) {
        guard case .array(let values) = wire else { throw WireValueError("must be an array, not \(wire.kind)") }
        self = []
        reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            do throws(WireValueError) {
                append(try Element(wire: value))
            } catch {
                throw WireValueError(error.detail, at: JSONPointer.appending(index, to: "") + error.pointer)
            }
        }
    }
}

extension Array: WireEncodable where Element: WireEncodable {
    public var wire: JSONValue { .array(map(\.wire)) }
}

extension Optional: WireEncodable where Wrapped: WireEncodable {
    public var wire: JSONValue { self?.wire ?? .null }
}
