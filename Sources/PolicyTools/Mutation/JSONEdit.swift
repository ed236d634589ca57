import WireFormat

/// One step down a tree.
enum TreeStep: Sendable, Hashable {
    case key(String)
    case index(Int)
}

extension JSONValue {
    /// What stands at a place; nil where there is nothing.
    func value(at place: ArraySlice<TreeStep>) -> JSONValue? {
        guard let step = place.first else { return self }
        switch step {
        case .key(let key): return self[key]?.value(at: place.dropFirst())
        case .index(let index):
            guard let items = array, items.indices.contains(index) else { return nil }
            return items[index].value(at: place.dropFirst())
        }
    }

    /// The tree with something else at a place; nil removes what stands there. A place that does not exist changes
    /// nothing, its last key aside.
    func with(_ value: JSONValue?, at place: ArraySlice<TreeStep>) -> JSONValue {
        guard let step = place.first else { return value ?? .null }
        let rest = place.dropFirst()
        switch (step, self) {
        case (.key(let key), .object(var members)):
            if rest.isEmpty {
                members[key] = value
            } else if let old = members[key] {
                members[key] = old.with(value, at: rest)
            }
            return .object(members)
        case (.index(let index), .array(var items)) where items.indices.contains(index):
            if !rest.isEmpty {
                items[index] = items[index].with(value, at: rest)
            } else if let value {
                items[index] = value
            } else {
                items.remove(at: index)
            }
            return .array(items)
        default: return self
        }
    }
}
