/// What `%s` writes of a value.
enum FormatText {
    static func text(of value: Value, _ budget: inout Budget) throws(EvaluationError) -> String {
        try text(of: value, &budget, depth: 0)
    }

    private static func text(
        of value: Value, _ budget: inout Budget, depth: Int
    ) throws(EvaluationError) -> String {
        switch value {
        case .null: return "null"
        case .bool(let bool): return bool ? "true" : "false"
        case .int(let number): return String(number)
        case .uint(let number): return String(number)
        case .double(let number): return DecimalText(number).plain
        case .string(let text):
            try budget.spend(bytes: text.utf8.count)
            return text
        case .bytes(let bytes):
            try budget.spend(bytes: bytes.count)
            return repaired(bytes)
        case .type(let type): return type.name
        case .timestamp(let timestamp): return timestamp.text
        case .duration(let span): return span.text
        case .ip(let address): return address.text
        case .cidr(let network): return network.text
        case .list(let list):
            let depth = try Value.nested(depth)
            var texts: [String] = []
            for element in list {
                try budget.spend(1)
                texts.append(try text(of: element, &budget, depth: depth))
            }
            return "[\(texts.joined(separator: ", "))]"
        case .map(let map):
            let depth = try Value.nested(depth)
            var texts: [(key: String, entry: String)] = []
            for (key, value) in map.entries {
                try budget.spend(1)
                let key = try text(of: key, &budget, depth: depth)
                texts.append((key, "\(key): \(try text(of: value, &budget, depth: depth))"))
            }
            texts.sort { $0.key.compareCodePoints(to: $1.key) < 0 }
            return "{\(texts.map(\.entry).joined(separator: ", "))}"
        case .optional:
            throw EvaluationError(
                .invalidArgument,
                "error during formatting: string clause cannot be used on a value of type `\(value.typeValue)`")
        }
    }

    /// UTF-8 with every run of invalid bytes replaced by one U+FFFD.
    private static func repaired(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var parser = Unicode.UTF8.ForwardParser()
        var source = bytes.makeIterator()
        var repaired = ""
        var isInRun = false
        while true {
            switch parser.parseScalar(from: &source) {
            case .valid(let scalar):
                repaired.unicodeScalars.append(Unicode.UTF8.decode(scalar))
                isInRun = false
            case .error:
                if !isInRun { repaired += "\u{FFFD}" }
                isInRun = true
            case .emptyInput: return repaired
            }
        }
    }
}
