/// Grants by role, for one action or for one direction of a field class.
///
/// Of the grants without a condition only the widest of each role counts: scopes contain one another, so it covers what
/// the others cover.
final class GrantIndex: Sendable {
    /// For each role its widest grant without a condition.
    let widest: [CompiledRule?]
    /// The scope of that; `none` where there is none. Apart, because reading it costs no reference.
    let scopes: [Scope]
    /// For each role its grants with a condition, widest first, then as written.
    let conditional: [[CompiledRule]]
    /// Whether any role has a grant with a condition.
    let hasConditional: Bool

    init(_ rules: [CompiledRule], roles: RoleTable) {
        var widest: [CompiledRule?] = Array(repeating: nil, count: roles.names.count)
        var conditional: [[CompiledRule]] = Array(repeating: [], count: roles.names.count)
        for rule in rules {
            for holder in Set(rule.roles.flatMap({ roles.holders(of: $0) })) {
                if rule.condition != nil {
                    conditional[holder].append(rule)
                } else if widest[holder].map({ $0.scope < rule.scope }) ?? true {
                    widest[holder] = rule
                }
            }
        }
        self.widest = widest
        scopes = widest.map { $0?.scope ?? .none }
        self.conditional = conditional.map { row in
            row.enumerated().sorted { ($1.element.scope, $0.offset) < ($0.element.scope, $1.offset) }.map(\.element)
        }
        hasConditional = conditional.contains { !$0.isEmpty }
    }

    /// Whether a role is granted anything.
    func isGranted(to role: Int) -> Bool { widest[role] != nil || !conditional[role].isEmpty }

    /// The role with the widest grant without a condition; of several the first.
    func widestHolder(of roles: [Int]) -> Int? {
        var best: Int?
        for role in roles where best.map({ scopes[$0] < scopes[role] }) ?? (scopes[role] > .none) { best = role }
        return best
    }

    /// All grants of the roles, joined.
    func granted(to roles: [Int], _ evaluator: inout Evaluator) -> Outcome {
        var covered = Scope.none
        for role in roles where scopes[role] > covered { covered = scopes[role] }
        var result = evaluator.reach(covered)
        guard hasConditional else { return result }
        for role in roles {
            for rule in conditional[role] where rule.scope > covered {
                if case .yes = result { return result }
                result = result.or(evaluator.evaluate(rule.predicate))
            }
        }
        return result
    }
}

/// Denials by role, for one action.
final class DenialIndex: Sendable {
    /// For each role the denials that name it or a role it holds.
    let rows: [[CompiledRule]]
    /// Denials that name no role.
    let forEveryone: [CompiledRule]

    init(_ rules: [CompiledRule], roles: RoleTable) {
        var rows: [[CompiledRule]] = Array(repeating: [], count: roles.names.count)
        for rule in rules {
            for holder in Set(rule.roles.flatMap({ roles.holders(of: $0) })) { rows[holder].append(rule) }
        }
        self.rows = rows
        forEveryone = rules.filter(\.roles.isEmpty)
    }
}
