/// What the rules of one action say for one holder of roles.
///
/// INVARIANT: its rules belong to a bundle that outlives it; counting references to them was a tenth of a decision.
struct Judgement<Result: Logic> {
    /// Grants joined, met with every denial's negation.
    private(set) var outcome = Result.no
    /// The widest scope among the grants that took part.
    private(set) var scope = Scope.none
    /// The grant of that scope.
    unowned(unsafe) private(set) var rule: CompiledRule?
    /// The other grants that took part, in a logic that tells them.
    private(set) var others: [CompiledRule] = []
    /// The first denial that made the answer a no, or is known to for every record.
    unowned(unsafe) private(set) var denial: CompiledRule?
    /// Whether any role has a grant for the action at all.
    private(set) var hasGrant = false
    /// A grant for emergencies that took part.
    unowned(unsafe) private(set) var emergencyRule: CompiledRule?

    /// Judges an action by the roles of the evaluator's holder.
    init(_ rules: borrowing ActionRules, with evaluator: inout Evaluator<Result>) {
        let given = evaluator.given
        hasGrant = rules.grants.map { !given.isDisjoint(with: $0.granted) } ?? true
        guard hasGrant else { return }

        var allowed = Result.yes
        if !rules.denials.isEmpty {
            refuse(rules.denials.forEveryone, &allowed, &evaluator)
            for role in given.intersection(rules.denials.denied) where denial == nil {
                refuse(rules.denials.rows[role], &allowed, &evaluator)
            }
            guard denial == nil else { return }
        }
        guard let grants = rules.grants else {
            scope = .all
            outcome = allowed
            return
        }

        var granted = Result.no
        var covered = Scope.none
        if let holder = grants.widestHolder(of: given) {
            covered = grants.scopes[holder]
            granted = evaluator.reach(covered)
            if granted.isPossible, let widest = grants.widest[holder] { take(widest) }
        }
        if grants.hasConditional {
            for role in given.intersection(grants.conditionallyGranted) {
                for held in grants.conditional[role] where held.scope > covered && isOfUse(held) {
                    let outcome = evaluator.evaluate(held.predicate)
                    granted = granted.or(outcome)
                    if outcome.isPossible { take(held) }
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

    /// Whether anything could follow from a grant that was not looked at yet.
    private func isOfUse(_ held: HeldRule) -> Bool {
        Result.tellsAllGrants || held.scope > scope || held.isForEmergencies
    }

    private mutating func take(_ held: HeldRule) {
        if held.isForEmergencies { emergencyRule = held.rule }
        guard let rule else {
            rule = held.rule
            scope = held.scope
            return
        }
        if held.scope > scope {
            if Result.tellsAllGrants { others.append(rule) }
            self.rule = held.rule
            scope = held.scope
        } else {
            if Result.tellsAllGrants { others.append(held.rule) }
        }
    }

    /// A denial counts as matched unless it is known not to match (DESIGN §3, invariants 2 and 3).
    private mutating func refuse(
        _ rules: [HeldRule], _ allowed: inout Result, _ evaluator: inout Evaluator<Result>
    ) {
        for held in rules {
            let escaped = evaluator.evaluate(held.predicate, negated: true)
            allowed = allowed.and(escaped)
            if !escaped.isPossible {
                denial = held.rule
                outcome = .no
                return
            }
        }
    }

    /// Why nothing is allowed; meaningful only where `outcome` is no or missing.
    var reason: Reason {
        if !hasGrant { return .noGrant }
        if let denial { return .denied(rule: denial.id) }
        return outcome.isNo ? .outOfScope : .missingFact
    }
}
