import WireFormat

/// A key of a map: a bool, an integer of either sign or a string. `1` and `1u` are one key (cel-spec, "Equality").
public enum MapKey: Sendable, Hashable {
    case bool(Bool)
    /// Any integer that fits; an unsigned key that does is kept so as well.
    case int(Int64)
    /// Only what exceeds `Int64.max`.
    case uint(UInt64)
    case string(String)

    /// The key that equals the value, or nil if there cannot be one: a double counts when it is integral.
    public init?(_ value: Value) {
        switch value {
        case .bool(let bool): self = .bool(bool)
        case .int(let number): self = .int(number)
        case .uint(let number): self = Int64(exactly: number).map(MapKey.int) ?? .uint(number)
        case .double(let number):
            if let number = Int64(exactly: number) {
                self = .int(number)
            } else if let number = UInt64(exactly: number) {
                self = .uint(number)
            } else {
                return nil
            }
        case .string(let text): self = .string(text)
        default: return nil
        }
    }

    /// By code points, where Swift's own equality of strings is canonical equivalence.
    public static func == (a: MapKey, b: MapKey) -> Bool {
        switch (a, b) {
        case (.string(let a), .string(let b)): a.hasSameCodePoints(as: b)
        case (.int(let a), .int(let b)): a == b
        case (.uint(let a), .uint(let b)): a == b
        case (.bool(let a), .bool(let b)): a == b
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .bool(let bool): hasher.combine(bool)
        case .int(let number): hasher.combine(number)
        case .uint(let number): hasher.combine(number)
        case .string(let text): text.withContiguousUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }
}
