import MarkedYAML

/// Where a role is declared.
struct RoleDeclaration: Sendable {
    let name: String
    let path: String
    let mark: Mark
}

/// The roles of a bundle, interned: a role is its number.
struct RoleTable: Sendable {
    /// The names, by number, in the order of the file.
    let names: [String]
    /// The numbers, by name.
    let numbers: [String: Int]
    /// For each role every role it holds, itself included.
    let held: [[Int]]

    /// The roles that hold `role`, itself included: whoever has one of them has its grants.
    func holders(of role: Int) -> [Int] {
        held.indices.filter { held[$0].contains(role) }
    }

    /// The numbers of the named roles; names that the bundle does not know are dropped, and so grant nothing.
    func numbers(of names: [String]) -> [Int] {
        var result: [Int] = []
        result.reserveCapacity(names.count)
        for name in names {
            if let number = numbers[name] { result.append(number) }
        }
        return result
    }
}
