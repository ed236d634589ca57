/// Which field classes a role opens, as masks by scope: a check then costs a few instructions for all classes together.
/// A class, so that passing it on costs one reference.
final class FieldTable: Sendable {
    /// For each role the classes that exactly a scope opens without a condition: for reading by the scopes from `self`
    /// to `all`, then for writing.
    private let masks: [SIMD8<UInt64>]
    private let reading: Conditional
    private let writing: Conditional

    /// For each role its rules with a condition, and the class of each; none at all where no role has any.
    private typealias Conditional = [[(index: Int, rule: HeldRule)]]

    /// The scopes that open anything, `self` first.
    private static let scopes: [Scope] = [.own, .subDirect, .subAny, .all]
    private static let writes = scopes.count

    init(_ classes: [CompiledClass], roleCount: Int) {
        var masks = Array(repeating: SIMD8<UInt64>(repeating: 0), count: roleCount)
        func add(_ index: KeyPath<CompiledClass, GrantIndex>, at first: Int) -> Conditional {
            var conditional: Conditional = Array(repeating: [], count: roleCount)
            for (number, each) in classes.enumerated() {
                let grants = each[keyPath: index]
                for role in 0..<roleCount {
                    if grants.scopes[role] > .none {
                        masks[role][first + grants.scopes[role].rawValue - 1] |= 1 << UInt64(number)
                    }
                    for rule in grants.conditional[role] { conditional[role].append((number, rule)) }
                }
            }
            return conditional.allSatisfy(\.isEmpty) ? [] : conditional
        }
        reading = add(\.read, at: 0)
        writing = add(\.write, at: Self.writes)
        self.masks = masks
    }

    /// The classes that these roles may read, and may write, of the evaluator's record.
    func masks(_ evaluator: inout Evaluator<Truth>) -> (readable: UInt64, writable: UInt64) {
        let roles = evaluator.given
        var byScope = SIMD8<UInt64>(repeating: 0)
        for role in roles { byScope |= masks[role] }
        var open = (readable: byScope[3], writable: byScope[Self.writes + 3])
        // Widest first; what a wider scope opens need not be asked of a narrower one.
        for scope in [2, 1, 0] {
            let more = byScope[scope] & ~open.readable | byScope[scope + Self.writes] & ~open.writable
            if more != 0, evaluator.reach(Scope(rawValue: scope + 1) ?? .none).isYes {
                open.readable |= byScope[scope]
                open.writable |= byScope[scope + Self.writes]
            }
        }
        if !reading.isEmpty { Self.add(reading, roles, &open.readable, &evaluator) }
        if !writing.isEmpty { Self.add(writing, roles, &open.writable, &evaluator) }
        return open
    }

    private static func add(
        _ conditional: Conditional, _ roles: RoleBits, _ mask: inout UInt64, _ evaluator: inout Evaluator<Truth>
    ) {
        for role in roles {
            for (index, rule) in conditional[role] where mask & (1 << UInt64(index)) == 0 {
                if evaluator.evaluate(rule.predicate).isYes { mask |= 1 << UInt64(index) }
            }
        }
    }
}
