/// The type of a value as a value: what `type(1)` is and what the name `int` denotes.
public struct TypeValue: Sendable, Hashable, CustomStringConvertible {
    /// The name, such as `int` or `google.protobuf.Timestamp`.
    public let name: String

    /// A type by its name.
    public init(_ name: String) { self.name = name }

    public var description: String { name }

    /// The type of null.
    public static let null = TypeValue("null_type")
    /// The type of truth values.
    public static let bool = TypeValue("bool")
    /// The type of signed integers.
    public static let int = TypeValue("int")
    /// The type of unsigned integers.
    public static let uint = TypeValue("uint")
    /// The type of floating-point numbers.
    public static let double = TypeValue("double")
    /// The type of texts.
    public static let string = TypeValue("string")
    /// The type of byte strings.
    public static let bytes = TypeValue("bytes")
    /// The type of lists.
    public static let list = TypeValue("list")
    /// The type of maps.
    public static let map = TypeValue("map")
    /// The type of types.
    public static let type = TypeValue("type")
    /// The type of points in time.
    public static let timestamp = TypeValue("google.protobuf.Timestamp")
    /// The type of lengths of time.
    public static let duration = TypeValue("google.protobuf.Duration")
    /// The type of optional values.
    public static let optional = TypeValue("optional_type")
    /// The type of network addresses.
    public static let ip = TypeValue("net.IP")
    /// The type of networks.
    public static let cidr = TypeValue("net.CIDR")

    /// Every type that an expression can name, with what the checker says of it.
    public static let denotations: [(type: TypeValue, denoted: CELType)] = [
        (.null, .null), (.bool, .bool), (.int, .int), (.uint, .uint), (.double, .double), (.string, .string),
        (.bytes, .bytes), (.list, .list(.dyn)), (.map, .map(.dyn, .dyn)), (.type, .type(.dyn)),
        (.timestamp, .timestamp), (.duration, .duration), (.optional, .optional(.dyn)), (.ip, .ip), (.cidr, .cidr),
    ]
}

extension Value {
    /// The value's type as a value.
    public var typeValue: TypeValue {
        switch self {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .list: .list
        case .map: .map
        case .type: .type
        case .timestamp: .timestamp
        case .duration: .duration
        case .optional: .optional
        case .ip: .ip
        case .cidr: .cidr
        }
    }
}
