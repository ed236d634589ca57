/// A value of the Common Expression Language (cel-spec, "Values"), without protocol-buffer messages.
///
/// Swift's `==` is deliberately absent: CEL's equality crosses numeric types and can be an error; see
/// `Value.equals(_:_:_:)`. Every payload fits two words, because evaluating copies values all the time; the rare ones
/// that do not are boxed.
public enum Value: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case list([Value])
    case map(MapValue)
    case type(TypeValue)
    case timestamp(Timestamp)
    case duration(TimeSpan)
    case optional(OptionalValue)
    indirect case ip(IPAddress)
    indirect case cidr(IPNetwork)
}
