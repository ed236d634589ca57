/// JSON for people: members in the order in which they are best read.
indirect enum OrderedJSON: Sendable, Hashable {
    case truth(Bool)
    case integer(Int)
    case text(String)
    case list([OrderedJSON])
    case members([Member])

    struct Member: Sendable, Hashable {
        let name: String
        let value: OrderedJSON
    }

    /// An object of these members.
    static func object(_ members: KeyValuePairs<String, OrderedJSON>) -> OrderedJSON {
        .members(members.map { Member(name: $0.key, value: $0.value) })
    }

    /// A list of texts.
    static func texts(_ texts: [String]) -> OrderedJSON { .list(texts.map(OrderedJSON.text)) }

    /// This object with more members; one that is there already gets the new value.
    func with(_ more: OrderedJSON) -> OrderedJSON {
        guard case .members(var members) = self, case .members(let added) = more else { return self }
        for member in added {
            if let index = members.firstIndex(where: { $0.name == member.name }) {
                members[index] = member
            } else {
                members.append(member)
            }
        }
        return .members(members)
    }

    /// The member of this name, if this is an object that has one.
    subscript(_ name: String) -> OrderedJSON? {
        guard case .members(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }
}
