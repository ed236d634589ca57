import MarkedYAML

/// Where a role is declared.
struct RoleDeclaration: Sendable {
    let name: String
    let path: String
    let mark: Mark
}

/// The roles of a bundle, interned: a role is its number.
final class RoleTable: Sendable {
    /// The names, by number, in the order of the file.
    let names: [String]
    /// The numbers, by name.
    let numbers: TextIndex<Int>
    /// For each role every role it holds, itself included.
    let held: [RoleBits]
    /// For each role those that it names in `inherits`.
    let inherits: [[Int]]
    /// For each role those that hold it, itself included: whoever has one of them has its grants.
    private let holders: [[Int]]
    /// For each role its ceiling; nil for one without.
    let ceilings: [Ceiling?]

    init(names: [String], held: [RoleBits], inherits: [[Int]], ceilings: [Ceiling?]) {
        self.names = names
        numbers = TextIndex(names.enumerated().map { (key: $0.element, value: $0.offset) })
        self.held = held
        holders = names.indices.map { role in held.indices.filter { held[$0].contains(role) } }
        self.inherits = inherits
        self.ceilings = ceilings
    }

    /// The most that a role may hold, by action.
    struct Ceiling: Sendable {
        /// Scopes by exact action, by module and for everything.
        var actions: [String: Scope] = [:]
        var modules: [String: Scope] = [:]
        var everything: Scope = .none

        func scope(module: String, action: String) -> Scope {
            actions["\(module).\(action)"] ?? modules[module] ?? everything
        }
    }

    /// The roles that hold `role`, itself included: whoever has one of them has its grants.
    func holders(of role: Int) -> [Int] { holders[role] }

    /// The most that `holder` may do of what it has through `role`: what the ceilings on the way leave, and the widest
    /// of several ways.
    func cap(_ holder: Int, through role: Int, module: String, action: String) -> Scope {
        guard held[holder].contains(role) else { return .none }
        let own = ceilings[holder]?.scope(module: module, action: action) ?? .all
        if holder == role || own == .none { return own }
        let ways = inherits[holder].map { cap($0, through: role, module: module, action: action) }
        return min(own, ways.max() ?? .none)
    }

    /// Whether any role has a ceiling.
    var hasCeilings: Bool { ceilings.contains { $0 != nil } }

    /// The named roles; names that the bundle does not know are dropped, and so grant nothing.
    func given(_ names: [String]) -> RoleBits {
        var bits = RoleBits()
        for place in names.indices {
            if let number = numbers[names[place]] { bits.insert(number) }
        }
        return bits
    }

    /// The named roles and all that they hold.
    func held(by names: [String]) -> RoleBits {
        var bits = RoleBits()
        for number in given(names) { bits.formUnion(held[number]) }
        return bits
    }

    /// The names of the named roles and of all that they hold.
    func heldNames(by names: [String]) -> [String] { held(by: names).map { self.names[$0] } }
}
