extension PolicyBundle {
    /// Decides a request and tells how: see `Explanation`.
    public func explain(_ request: DecisionRequest) -> Explanation {
        let decision = check(request)
        guard isSameTenant(request.subject.tenant, request.resource.tenant) else {
            return Explanation(
                decision: decision, preliminary: "subject and resource are not of one known tenant", steps: [])
        }
        guard let entry = actions[request.action] else {
            let remedy = Suggestion.remedy(for: request.action, among: actionNames)
            return Explanation(
                decision: decision, preliminary: "no module has an action `\(request.action)`; \(remedy)", steps: [])
        }
        guard entry.module.name == request.resource.type else {
            return Explanation(
                decision: decision,
                preliminary: "`\(request.action)` is not an action on `\(request.resource.type)`", steps: [])
        }
        let evaluator = Evaluator(subject: request.subject, about: entry.module.about, record: request.resource)
        var steps = self.steps(entry, holder: request.subject.id, request.subject.roles, evaluator)
        for hop in request.subject.act { steps += self.steps(entry, holder: hop.id, hop.roles, evaluator) }
        let unknown = (request.subject.roles + request.subject.act.flatMap(\.roles)).filter { roles.numbers[$0] == nil }
        let preliminary = unknown.isEmpty ? nil : "unknown roles grant nothing: \(Self.listed(unknown))"
        return Explanation(decision: decision, preliminary: preliminary, steps: steps)
    }

    private func steps(
        _ entry: ActionEntry, holder: String, _ names: [String], _ evaluator: Evaluator
    ) -> [Explanation.Step] {
        let held = Set(roles.numbers(of: names).flatMap { roles.held[$0] })
        func steps(_ rules: [RuleOverActions], isDenial: Bool) -> [Explanation.Step] {
            rules.filter { $0.actions.contains(entry.action.name) }.map { each in
                let (outcome, because) = judge(each.rule, held, isDenial: isDenial, evaluator)
                return Explanation.Step(
                    holder: holder, rule: each.rule.id, isDenial: isDenial, path: each.rule.path, mark: each.rule.mark,
                    outcome: outcome, because: because)
            }
        }
        return steps(entry.module.denials, isDenial: true) + steps(entry.module.grants, isDenial: false)
    }

    private func judge(
        _ rule: CompiledRule, _ held: Set<Int>, isDenial: Bool, _ evaluator: Evaluator
    ) -> (Explanation.Outcome, String) {
        var evaluator = evaluator
        if held.isDisjoint(with: rule.roles) && !(isDenial && rule.roles.isEmpty) {
            return (.notHeld, "needs \(Self.listed(rule.roles.map { roles.names[$0] }))")
        }
        var parts = [Self.told(rule.scope, evaluator.reach(rule.scope))]
        if let condition = rule.condition, let text = rule.conditionText {
            let value: String =
                switch evaluator.evaluate(condition) {
                case .yes: "is true"
                case .no: "is false"
                case .missing, .depends: "needs a fact that was not stated"
                }
            parts.append("condition `\(text)` \(value)")
        }
        // A denial is asked the other way round, so that what is not known counts against the request.
        let outcome: Explanation.Outcome =
            switch evaluator.evaluate(rule.predicate) {
            case .yes: .matched
            case .missing, .depends: .missingFact
            case .no: .notMatched
            }
        return (outcome, parts.joined(separator: "; "))
    }

    private static func told(_ scope: Scope, _ outcome: Outcome) -> String {
        switch (scope, outcome) {
        case (.all, _): "scope `all` covers every record"
        case (.none, _): "scope `none` covers nothing"
        case (_, .yes): "scope `\(scope)` covers the record"
        case (_, .no): "scope `\(scope)` does not cover the record"
        case (_, .missing), (_, .depends): "scope `\(scope)` needs a fact that was not stated"
        }
    }

    private static func listed(_ names: [String]) -> String {
        names.map { "`\($0)`" }.joined(separator: " or ")
    }
}
