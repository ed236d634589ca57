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

    /// - Parameter grants: the grants by role.
    /// - Parameter sorted: those with a condition, the widest first.
    init(_ grants: RoleRules, conditional sorted: [RoleRules.Entry]) {
        rows = grants.rows
        widest = rows.map { row in
            var widest: HeldRule?
            for held in row where !held.isConditional {
                if widest.map({ $0.scope < held.scope }) ?? true { widest = held }
            }
            return widest
        }
        scopes = widest.map { $0?.scope ?? .none }
        var byRole: [[HeldRule]] = Array(repeating: [], count: grants.rows.count)
        for entry in sorted { for role in entry.holders { byRole[role].append(entry.held) } }
        conditional = byRole
        conditionallyGranted = RoleBits(byRole.indices.filter { !byRole[$0].isEmpty })
        hasConditional = !conditionallyGranted.isEmpty
        granted = RoleBits(grants.rows.indices.filter { !grants.rows[$0].isEmpty })
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
