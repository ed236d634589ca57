/// What the rules of one action say for one holder of roles.
struct Judgement {
    /// Grants joined, met with every denial's negation.
    var outcome: Outcome
    /// The widest scope among the grants that took part.
    var scope: Scope
    /// The grants that took part.
    var rules: [String]
    /// The first denial that made the answer a no, or is known to for every record.
    var denial: String?
    /// Whether any role has a grant for the action at all.
    var hasGrant: Bool

    /// Judges an action by the roles held.
    init(_ action: CompiledAction, roles: [Int], with evaluator: Evaluator, wantsAllRules: Bool) {
        outcome = .no
        scope = .none
        rules = []
        denial = nil
        hasGrant = roles.contains { !action.grants.rows[$0].isEmpty }
        guard hasGrant else { return }

        var allowed = Outcome.yes
        refuse(action.denials.forEveryone, &allowed, evaluator)
        for role in roles where denial == nil { refuse(action.denials.rows[role], &allowed, evaluator) }
        guard denial == nil else { return }

        var granted = Outcome.no
        for role in roles {
            // Widest first: once a grant covers everything, the rest of the row adds nothing.
            for rule in action.grants.rows[role] {
                if !wantsAllRules, case .yes = granted, rule.scope <= scope { break }
                let outcome = evaluator.evaluate(rule.predicate)
                granted = granted.or(outcome)
                switch outcome {
                case .no, .missing: continue
                case .yes, .depends: break
                }
                if rules.isEmpty || rule.scope > scope {
                    scope = rule.scope
                    if !wantsAllRules { rules.removeAll(keepingCapacity: true) }
                }
                if wantsAllRules ? !rules.contains(rule.id) : rules.isEmpty { rules.append(rule.id) }
                if case .yes = outcome { break }
            }
        }
        outcome = granted.and(allowed)
    }

    /// A denial counts as matched unless it is known not to match (DESIGN §3, invariants 2 and 3).
    private mutating func refuse(_ rules: [CompiledRule], _ allowed: inout Outcome, _ evaluator: Evaluator) {
        for rule in rules {
            let escaped = evaluator.evaluate(rule.predicate, negated: true)
            allowed = allowed.and(escaped)
            switch escaped {
            case .no, .missing:
                denial = rule.id
                outcome = .no
                return
            case .yes, .depends: continue
            }
        }
    }

    /// Why nothing is allowed; meaningful only where `outcome` is no or missing.
    var reason: Reason {
        if !hasGrant { return .noGrant }
        if let denial { return .denied(rule: denial) }
        if case .missing = outcome { return .missingFact }
        return .outOfScope
    }
}
