/// What the rules of one action say for one holder of roles.
struct Judgement {
    /// Grants joined, met with every denial's negation.
    var outcome: Outcome
    /// The widest scope among the grants that took part.
    var scope: Scope
    /// The grant of that scope.
    var rule: CompiledRule?
    /// The other grants that took part.
    var others: [CompiledRule] = []
    /// The first denial that made the answer a no, or is known to for every record.
    var denial: CompiledRule?
    /// Whether any role has a grant for the action at all.
    var hasGrant = false

    /// Judges an action by the roles held.
    init(_ action: CompiledAction, roles: [Int], with evaluator: inout Evaluator) {
        outcome = .no
        scope = .none
        for role in roles where action.grants.isGranted(to: role) { hasGrant = true }
        guard hasGrant else { return }

        var allowed = Outcome.yes
        refuse(action.denials.forEveryone, &allowed, &evaluator)
        for role in roles where denial == nil { refuse(action.denials.rows[role], &allowed, &evaluator) }
        guard denial == nil else { return }

        var granted = Outcome.no
        var covered = Scope.none
        if let holder = action.grants.widestHolder(of: roles), let widest = action.grants.widest[holder] {
            covered = widest.scope
            granted = evaluator.reach(covered)
            if granted.isPossible { take(widest) }
        }
        if action.grants.hasConditional {
            for role in roles {
                for rule in action.grants.conditional[role] where rule.scope > covered {
                    let outcome = evaluator.evaluate(rule.predicate)
                    granted = granted.or(outcome)
                    if outcome.isPossible { take(rule) }
                }
            }
        }
        outcome = granted.and(allowed)
    }

    /// The ids of the grants that took part, the widest first.
    var rules: [String] {
        var ids: [String] = []
        for rule in [rule].compactMap(\.self) + others where !ids.contains(rule.id) { ids.append(rule.id) }
        return ids
    }

    private mutating func take(_ grant: CompiledRule) {
        guard let rule else {
            rule = grant
            scope = grant.scope
            return
        }
        if grant.scope > scope {
            others.append(rule)
            self.rule = grant
            scope = grant.scope
        } else {
            others.append(grant)
        }
    }

    /// A denial counts as matched unless it is known not to match (DESIGN §3, invariants 2 and 3).
    private mutating func refuse(_ rules: [CompiledRule], _ allowed: inout Outcome, _ evaluator: inout Evaluator) {
        for rule in rules {
            let escaped = evaluator.evaluate(rule.predicate, negated: true)
            allowed = allowed.and(escaped)
            if !escaped.isPossible {
                denial = rule
                outcome = .no
                return
            }
        }
    }

    /// Why nothing is allowed; meaningful only where `outcome` is no or missing.
    var reason: Reason {
        if !hasGrant { return .noGrant }
        if let denial { return .denied(rule: denial.id) }
        if case .missing = outcome { return .missingFact }
        return .outOfScope
    }
}
