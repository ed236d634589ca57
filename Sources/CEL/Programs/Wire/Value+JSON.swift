import WireFormat

/// Values as the conformance cases and `bailiwick cel` write them: `{"type":"int","value":"42"}` and so on.
extension Value {
    /// Deepest nesting of values that is read; more is refused, because reading recurses.
    static let wireDepth = 128

    /// Reads a value; nil when the JSON is none, or nests too deeply.
    init?(json: JSONValue, depth: Int = 0) {
        guard depth < Self.wireDepth, let type = json["type"]?.string else { return nil }
        let text = json["value"]?.string
        switch type {
        case "null": self = .null
        case "bool":
            guard let bool = json["value"]?.bool else { return nil }
            self = .bool(bool)
        case "int":
            guard let number = text.flatMap({ Int64($0) }) else { return nil }
            self = .int(number)
        case "uint":
            guard let number = text.flatMap({ UInt64($0) }) else { return nil }
            self = .uint(number)
        case "double":
            guard let number = text.flatMap(Self.double) else { return nil }
            self = .double(number)
        case "string":
            guard let text else { return nil }
            self = .string(text)
        case "bytes":
            guard let hex = json["hex"]?.string, let bytes = Hex.decode(hex) else { return nil }
            self = .bytes(bytes)
        case "type":
            guard let text else { return nil }
            self = .type(TypeValue(text))
        case "list", "map": self.init(aggregate: json, depth: depth)
        case "timestamp", "duration": self.init(time: json, isTimestamp: type == "timestamp")
        default: return nil
        }
    }

    private init?(aggregate json: JSONValue, depth: Int) {
        if let elements = json["values"]?.array {
            var list: [Value] = []
            for element in elements {
                guard let value = Value(json: element, depth: depth + 1) else { return nil }
                list.append(value)
            }
            self = .list(list)
        } else if let entries = json["entries"]?.array {
            var map = MapValue()
            for entry in entries {
                guard let pair = entry.array, pair.count == 2, let key = Value(json: pair[0], depth: depth + 1),
                    let value = Value(json: pair[1], depth: depth + 1), (try? map.insert(key, value)) != nil
                else { return nil }
            }
            self = .map(map)
        } else {
            return nil
        }
    }

    private init?(time json: JSONValue, isTimestamp: Bool) {
        guard let seconds = json["seconds"]?.string.flatMap({ Int64($0) }),
            let nanos = json["nanos"].map({ $0.integer.flatMap { Int32(exactly: $0) } }) ?? 0
        else { return nil }
        if isTimestamp {
            guard let timestamp = try? Timestamp(seconds: seconds, nanos: nanos) else { return nil }
            self = .timestamp(timestamp)
        } else {
            guard let duration = try? TimeSpan(seconds: seconds, nanos: Int64(nanos)) else { return nil }
            self = .duration(duration)
        }
    }

    private static func double(_ text: String) -> Double? {
        switch text {
        case "NaN": .nan
        case "Infinity": .infinity
        case "-Infinity": -.infinity
        default: Double(text)
        }
    }

    /// The value in that form. Values that the form has no place for, addresses and optionals, are given a type of
    /// their own and their text.
    ///
    /// - Parameter budget: spent by what is written, because forty lists that each hold the one before twice are small
    ///   as a value and endless as text.
    func json(_ budget: inout Budget) throws(EvaluationError) -> JSONValue {
        try budget.spend(1)
        switch self {
        case .null: return ["type": "null"]
        case .bool(let bool): return ["type": "bool", "value": .bool(bool)]
        case .int(let number): return ["type": "int", "value": .string(String(number))]
        case .uint(let number): return ["type": "uint", "value": .string(String(number))]
        case .double(let number): return ["type": "double", "value": .string(Self.text(number))]
        case .string(let text):
            try budget.spend(bytes: text.utf8.count)
            return ["type": "string", "value": .string(text)]
        case .bytes(let bytes):
            try budget.spend(bytes: bytes.count)
            return ["type": "bytes", "hex": .string(Hex.encode(bytes))]
        case .list(let list):
            var values: [JSONValue] = []
            for element in list { values.append(try element.json(&budget)) }
            return ["type": "list", "values": .array(values)]
        case .map(let map):
            var entries: [JSONValue] = []
            for entry in map.entries {
                entries.append(.array([try entry.key.json(&budget), try entry.value.json(&budget)]))
            }
            return ["type": "map", "entries": .array(entries)]
        case .type(let type): return ["type": "type", "value": .string(type.name)]
        case .timestamp(let time):
            return [
                "type": "timestamp", "seconds": .string(String(time.seconds)), "nanos": .integer(Int64(time.nanos)),
            ]
        case .duration(let span):
            return ["type": "duration", "seconds": .string(String(span.seconds)), "nanos": .integer(Int64(span.nanos))]
        case .optional(let optional):
            guard let wrapped = optional.wrapped else { return ["type": "optional"] }
            return ["type": "optional", "value": try wrapped.json(&budget)]
        case .ip(let address): return ["type": "net.IP", "value": .string(address.text)]
        case .cidr(let network): return ["type": "net.CIDR", "value": .string(network.text)]
        }
    }

    private static func text(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
        return "\(number)"
    }
}
