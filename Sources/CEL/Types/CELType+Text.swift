extension CELType: CustomStringConvertible {
    /// The type as the documentation of CEL writes it, such as `map(string, list(int))`; records, parameters by their
    /// own names.
    public var description: String {
        switch self {
        case .dyn: "dyn"
        case .parameter(let name): name
        case .null: "null"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .timestamp: "timestamp"
        case .duration: "duration"
        case .ip: "ip"
        case .cidr: "cidr"
        case .list(let element): "list(\(element))"
        case .map(let key, let value): "map(\(key), \(value))"
        case .optional(let wrapped): "optional(\(wrapped))"
        case .type(let type): "type(\(type))"
        case .record(let name): name
        }
    }
}
