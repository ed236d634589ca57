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
        let overlay = overlayRules(of: request.subject.tenant, for: request.action)
        var steps: [Explanation.Step] = []
        withFacts(of: request, entry) { facts in
            var evaluator = Evaluator<Truth>(facts)
            for hop in [nil] + request.subject.act.indices.map(Optional.some) {
                let id = hop.map { request.subject.act[$0].id } ?? request.subject.id
                evaluator.hold(hop: hop)
                let grants = entry.module.grants.filter { $0.actions.contains(entry.action.name) }.map(\.rule)
                steps += self.steps(entry.action.rules, granting: grants, holder: id, &evaluator)
                if let overlay {
                    let granted = overlay.grants.map { Self.rules($0.rows, and: []) } ?? []
                    steps += self.steps(overlay, granting: granted, holder: id, &evaluator)
                }
            }
        }
        let unknown = (request.subject.roles + request.subject.act.flatMap(\.roles)).filter { roles.numbers[$0] == nil }
        let preliminary = unknown.isEmpty ? nil : "unknown roles grant nothing: \(Self.listed(unknown))"
        return Explanation(decision: decision, preliminary: preliminary, steps: steps)
    }

    /// Every rule of one layer, denials first, each in the widest form in which the holder has it.
    /// - Parameter grants: those that name the action. One of which ceilings leave nothing is in no row of the index.
    private func steps(
        _ rules: ActionRules, granting grants: [CompiledRule], holder: String, _ evaluator: inout Evaluator<Truth>
    ) -> [Explanation.Step] {
        var steps = Self.rules(rules.denials.rows, and: rules.denials.forEveryone).map { rule in
            step(rule, held(rule, rules.denials.rows, evaluator.given), holder, isDenial: true, &evaluator)
        }
        steps += grants.sorted { ($0.path, $0.mark) < ($1.path, $1.mark) }.map { rule in
            step(rule, held(rule, rules.grants?.rows ?? [], evaluator.given), holder, isDenial: false, &evaluator)
        }
        return steps
    }

    /// The rules of rows, each once, in the order of the file.
    private static func rules(_ rows: [[HeldRule]], and more: [HeldRule]) -> [CompiledRule] {
        var found: [CompiledRule] = []
        for held in rows.joined() where !found.contains(where: { $0 === held.rule }) { found.append(held.rule) }
        for held in more where !found.contains(where: { $0 === held.rule }) { found.append(held.rule) }
        return found.sorted { ($0.path, $0.mark) < ($1.path, $1.mark) }
    }

    private func held(_ rule: CompiledRule, _ rows: [[HeldRule]], _ given: RoleBits) -> HeldRule? {
        if rule.roles.isEmpty && rule.derived.isEmpty { return HeldRule(rule, scope: rule.scope) }
        return given.flatMap { rows[$0] }.filter { $0.rule === rule }.max { $0.scope < $1.scope }
    }

    private func step(
        _ rule: CompiledRule, _ held: HeldRule?, _ holder: String, isDenial: Bool, _ evaluator: inout Evaluator<Truth>
    ) -> Explanation.Step {
        let (outcome, because) = held.map { judge($0, &evaluator) } ?? (.notHeld, lacking(rule, evaluator.given))
        return Explanation.Step(
            holder: holder, rule: rule.id, isDenial: isDenial, path: rule.path, mark: rule.mark, outcome: outcome,
            because: because)
    }

    /// Why nobody with these roles has the rule: they are others, or their ceilings leave nothing of it.
    private func lacking(_ rule: CompiledRule, _ given: RoleBits) -> String {
        let named = RoleBits(rule.roles + rule.derived.flatMap(\.parents))
        let emptied = given.filter { !roles.held[$0].isDisjoint(with: named) }
        if !emptied.isEmpty { return "the ceiling of \(Self.listed(emptied.map { roles.names[$0] })) leaves nothing" }
        return "needs \(Self.listed(rule.roles.map { roles.names[$0] } + rule.derived.map(\.name)))"
    }

    private func judge(_ held: HeldRule, _ evaluator: inout Evaluator<Truth>) -> (Explanation.Outcome, String) {
        var parts = [Self.told(held.scope, evaluator.reach(held.scope))]
        if held.scope != held.rule.scope { parts[0] += ", capped by a ceiling" }
        for part in held.predicate.parts {
            let value = evaluator.evaluate(part)
            switch part {
            case .reach, .and: break
            case .condition(let condition): parts.append("condition `\(condition.text)` \(Self.told(value))")
            case .during: parts.append("its time \(Self.told(value))")
            case .emergency: parts.append("a declared emergency \(Self.told(value))")
            }
        }
        let outcome: Explanation.Outcome =
            switch evaluator.evaluate(held.predicate) {
            case .yes: .matched
            case .unknown: .missingFact
            case .no: .notMatched
            }
        return (outcome, parts.joined(separator: "; "))
    }

    private static func told(_ outcome: Truth) -> String {
        switch outcome {
        case .yes: "is true"
        case .no: "is false"
        case .unknown: "needs a fact that was not stated"
        }
    }

    private static func told(_ scope: Scope, _ outcome: Truth) -> String {
        switch (scope, outcome) {
        case (.all, _): "scope `all` covers every record"
        case (.none, _): "scope `none` covers nothing"
        case (_, .yes): "scope `\(scope)` covers the record"
        case (_, .no): "scope `\(scope)` does not cover the record"
        case (_, .unknown): "scope `\(scope)` needs a fact that was not stated"
        }
    }

    private static func listed(_ names: [String]) -> String {
        names.map { "`\($0)`" }.joined(separator: " or ")
    }
}
