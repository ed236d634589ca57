public import WireFormat

extension YAMLNode {
    /// The same value as JSON, places forgotten.
    /// - Parameter path: The name of the file, for messages only.
    /// - Throws: An error at a number that JSON cannot hold (`.inf`, `.nan`).
    public func json(path: String) throws(PlacedError) -> JSONValue {
        switch content {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .double(let value):
            guard value.isFinite else {
                throw PlacedError(path: path, mark: mark, cause: "number `\(value)` has no form in JSON")
            }
            return .double(value)
        case .string(let text): return .string(text)
        case .sequence(let items):
            var values: [JSONValue] = []
            values.reserveCapacity(items.count)
            for item in items { values.append(try item.json(path: path)) }
            return .array(values)
        case .mapping(let entries):
            var members: [String: JSONValue] = [:]
            members.reserveCapacity(entries.count)
            for entry in entries { members[entry.key] = try entry.value.json(path: path) }
            return .object(members)
        }
    }

    /// The bytes of `json(path:)` in canonical form (RFC 8785), written without building the value.
    /// - Parameter path: The name of the file, for messages only.
    /// - Throws: An error at a number that JSON cannot hold (`.inf`, `.nan`).
    public func canonicalJSON(path: String) throws(PlacedError) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(2048)
        try write(to: &output, path)
        return output
    }

    private func write(to output: inout [UInt8], _ path: String) throws(PlacedError) {
        switch content {
        case .string(let text): JSONValue.write(text, to: &output)
        case .sequence(let items):
            output.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                try item.write(to: &output, path)
            }
            output.append(UInt8(ascii: "]"))
        case .mapping(let entries):
            output.append(UInt8(ascii: "{"))
            let order = entries.indices.sorted { JSONValue.precedes(entries[$0].key, entries[$1].key) }
            for (index, place) in order.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                JSONValue.write(entries[place].key, to: &output)
                output.append(UInt8(ascii: ":"))
                try entries[place].value.write(to: &output, path)
            }
            output.append(UInt8(ascii: "}"))
        case .null, .bool, .integer, .double: output += try json(path: path).bytes()
        }
    }
}
