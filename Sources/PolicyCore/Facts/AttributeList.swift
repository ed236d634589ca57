import WireFormat

/// The attributes of a record, found by the bytes of their names. A decision looks a few up among a dozen, for which
/// going through a list is far cheaper than hashing each name with a seed; beyond that it is a dictionary.
struct AttributeList: Sendable {
    private struct Item: Sendable {
        let key: TextKey
        let name: String
        let value: JSONValue
    }

    private var few: [Item] = []
    private var many: [String: JSONValue] = [:]

    /// More than a record of ours has, and few enough to go through.
    private static let mostListed = 24

    init() {}

    init(_ attributes: [String: JSONValue]) {
        if attributes.count > Self.mostListed {
            many = attributes
        } else {
            few.reserveCapacity(attributes.count)
            for (name, value) in attributes { few.append(Item(key: TextKey(name), name: name, value: value)) }
        }
    }

    var isEmpty: Bool { few.isEmpty && many.isEmpty }

    /// The attributes by name.
    var dictionary: [String: JSONValue] {
        many.isEmpty ? Dictionary(few.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }) : many
    }

    /// The value of a name, whose key is given.
    @inline(__always)
    func value(of name: String, _ key: TextKey) -> JSONValue? {
        // By place, because going through the items would copy each.
        for place in few.indices where few[place].key.agrees(with: key) {
            if key.isWhole || sameBytes(few[place].name, name) { return few[place].value }
        }
        return many.isEmpty ? nil : many[name]
    }

    /// Makes room for so many.
    mutating func reserveCapacity(_ count: Int) { few.reserveCapacity(min(count, Self.mostListed)) }

    /// Adds an attribute that is not there yet.
    mutating func append(_ name: String, _ value: JSONValue) {
        if many.isEmpty, few.count < Self.mostListed {
            few.append(Item(key: TextKey(name), name: name, value: value))
        } else {
            if many.isEmpty {
                many = dictionary
                few = []
            }
            many[name] = value
        }
    }
}

extension AttributeList: Hashable {
    static func == (left: AttributeList, right: AttributeList) -> Bool { left.dictionary == right.dictionary }

    func hash(into hasher: inout Hasher) { hasher.combine(dictionary) }
}
