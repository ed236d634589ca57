/// Grants by role, for one action or for one direction of a field class.
///
/// Of the grants without a condition only the widest of each role counts: scopes contain one another, so it covers what
/// the others cover.
final class GrantIndex: Sendable {
    /// For each role its widest grant without a condition.
    let widest: [HeldRule?]
    /// The scope of that; `none` where there is none. Apart, because reading it costs no reference.
    let scopes: [Scope]
    /// For each role its grants with a condition, widest first, then as written.
    let conditional: [[HeldRule]]
    /// The roles that have a grant with a condition.
    let conditionallyGranted: RoleBits
    /// Whether any has.
    let hasConditional: Bool
    /// The roles that are granted anything.
    let granted: RoleBits
    /// For each role all its grants, as written; for explanations.
    let rows: [[HeldRule]]

    /// - Parameter rows: for each role the rules that it has, as written.
    init(rows: [[HeldRule]]) {
        self.rows = rows
        widest = rows.map { row in
            var widest: HeldRule?
            for held in row where !held.isConditional {
                if widest.map({ $0.scope < held.scope }) ?? true { widest = held }
            }
            return widest
        }
        scopes = widest.map { $0?.scope ?? .none }
        conditional = rows.map { row in
            row.filter(\.isConditional).enumerated()
                .sorted { ($1.element.scope, $0.offset) < ($0.element.scope, $1.offset) }.map(\.element)
        }
        conditionallyGranted = RoleBits(conditional.indices.filter { [conditional] in !conditional[$0].isEmpty })
        hasConditional = !conditionallyGranted.isEmpty
        granted = RoleBits(rows.indices.filter { !rows[$0].isEmpty })
    }

    /// Whether a role is granted anything.
    func isGranted(to role: Int) -> Bool { widest[role] != nil || !conditional[role].isEmpty }

    /// The role with the widest grant without a condition; of several the first.
    func widestHolder(of roles: RoleBits) -> Int? {
        var best: Int?
        var widest = Scope.none
        for role in roles where scopes[role] > widest {
            best = role
            widest = scopes[role]
        }
        return best
    }

    /// All grants of the roles, joined.
    func granted<Result: Logic>(to roles: RoleBits, _ evaluator: inout Evaluator<Result>) -> Result {
        var covered = Scope.none
        for role in roles where scopes[role] > covered { covered = scopes[role] }
        var result = evaluator.reach(covered)
        guard hasConditional else { return result }
        for role in roles {
            for held in conditional[role] where held.scope > covered {
                if result.isYes { return result }
                result = result.or(evaluator.evaluate(held.predicate))
            }
        }
        return result
    }
}

/// Denials by role, for one action.
final class DenialIndex: Sendable {
    /// For each role the denials that name it or a role it holds.
    let rows: [[HeldRule]]
    /// Denials that name no role.
    let forEveryone: [HeldRule]
    /// The roles that have any.
    let denied: RoleBits
    /// Whether there are none at all.
    let isEmpty: Bool

    init(rows: [[HeldRule]], forEveryone: [HeldRule]) {
        self.rows = rows
        self.forEveryone = forEveryone
        denied = RoleBits(rows.indices.filter { !rows[$0].isEmpty })
        isEmpty = forEveryone.isEmpty && denied.isEmpty
    }
}

/// Which field classes a role opens, as masks by scope: a check then costs a few instructions for all classes together.
/// A class, so that passing it on costs one reference.
final class FieldTable: Sendable {
    private let read: Direction
    private let write: Direction

    private struct Direction: Sendable {
        /// For each role and scope the classes that exactly this scope opens without a condition.
        var masks: [UInt64]
        /// For each role its rules with a condition, and the class of each.
        var conditional: [[(index: Int, rule: HeldRule)]]
        var hasConditional = false
    }

    private static let scopeCount = Scope.allCases.count

    init(_ classes: [CompiledClass], roleCount: Int) {
        func direction(_ index: KeyPath<CompiledClass, GrantIndex>) -> Direction {
            var result = Direction(
                masks: Array(repeating: 0, count: roleCount * Self.scopeCount),
                conditional: Array(repeating: [], count: roleCount))
            for (number, each) in classes.enumerated() {
                let grants = each[keyPath: index]
                for role in 0..<roleCount {
                    if grants.scopes[role] > .none {
                        result.masks[role * Self.scopeCount + grants.scopes[role].rawValue] |= 1 << UInt64(number)
                    }
                    for rule in grants.conditional[role] {
                        result.conditional[role].append((number, rule))
                        result.hasConditional = true
                    }
                }
            }
            return result
        }
        read = direction(\.read)
        write = direction(\.write)
    }

    /// The classes that these roles may read, and may write, of the evaluator's record.
    func masks(_ evaluator: inout Evaluator<Truth>) -> (readable: UInt64, writable: UInt64) {
        let roles = evaluator.given
        return (mask(read, roles, &evaluator), mask(write, roles, &evaluator))
    }

    private func mask(
        _ direction: borrowing Direction, _ roles: RoleBits, _ evaluator: inout Evaluator<Truth>
    ) -> UInt64 {
        // Widest first; what a wider scope opens need not be asked of a narrower one.
        var byScope = SIMD8<UInt64>(repeating: 0)
        for role in roles {
            for scope in 1..<Self.scopeCount { byScope[scope] |= direction.masks[role &* Self.scopeCount &+ scope] }
        }
        var mask = byScope[Scope.all.rawValue]
        for scope in [Scope.subAny, .subDirect, .own] where byScope[scope.rawValue] & ~mask != 0 {
            if evaluator.reach(scope).isYes { mask |= byScope[scope.rawValue] }
        }
        guard direction.hasConditional else { return mask }
        for role in roles {
            for (index, rule) in direction.conditional[role] where mask & (1 << UInt64(index)) == 0 {
                if evaluator.evaluate(rule.predicate).isYes { mask |= 1 << UInt64(index) }
            }
        }
        return mask
    }
}
