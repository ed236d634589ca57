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
}
