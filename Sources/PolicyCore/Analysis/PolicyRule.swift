package import MarkedYAML

/// A rule of a bundle as tools name it: what it is called and where it is written.
package struct PolicyRule: Sendable, Hashable {
    /// What kind of rule.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case grant, denial, obligation
        /// A line of a field class.
        case read, write
    }

    /// What kind of rule.
    package let kind: Kind
    /// As in answers: `employee/own-record`, or `employee/pay/read[0]` for one without an `id`.
    package let id: String
    /// Where it is written.
    package let path: String
    /// Where it is written.
    package let mark: Mark

    init(_ kind: Kind, _ rule: CompiledRule) {
        self.kind = kind
        id = rule.id
        path = rule.path
        mark = rule.mark
    }

    init(_ obligation: CompiledObligation) {
        kind = .obligation
        id = obligation.id
        path = obligation.path
        mark = obligation.mark
    }

    /// Order of reading: by path, then by place.
    package static func inReadingOrder(_ left: PolicyRule, _ right: PolicyRule) -> Bool {
        (left.path, left.mark, left.kind.rawValue) < (right.path, right.mark, right.kind.rawValue)
    }
}

extension PolicyBundle {
    /// Every rule of base and overlays, in reading order.
    package var rules: [PolicyRule] {
        var found: Set<PolicyRule> = []
        for module in modules.values {
            for grant in module.grants { found.insert(PolicyRule(.grant, grant.rule)) }
            for denial in module.denials { found.insert(PolicyRule(.denial, denial.rule)) }
            for action in module.actions { for each in action.rules.obligations { found.insert(PolicyRule(each)) } }
            for fieldClass in module.classes {
                for held in fieldClass.read.rows.joined() { found.insert(PolicyRule(.read, held.rule)) }
                for held in fieldClass.write.rows.joined() { found.insert(PolicyRule(.write, held.rule)) }
            }
        }
        for rules in overlays.flatMap({ $0.value.actions.map(\.value) }) {
            for held in (rules.grants?.rows ?? []).joined() { found.insert(PolicyRule(.grant, held.rule)) }
            for held in Array(rules.denials.rows.joined()) + rules.denials.forEveryone {
                found.insert(PolicyRule(.denial, held.rule))
            }
            for each in rules.obligations { found.insert(PolicyRule(each)) }
        }
        return found.sorted(by: PolicyRule.inReadingOrder)
    }

    /// The rules that made the answer what it is: the denial that refused, else the grant of each holder and layer, the
    /// obligations that the answer carries and the lines that opened its field classes. Rules that matched as well, and
    /// that a wider one covered, are not among them.
    package func rulesDeciding(_ request: DecisionRequest) -> Set<PolicyRule> {
        guard isSameTenant(request.subject.tenant, request.resource.tenant),
            let entry = actions[request.action], entry.module.name == request.resource.type
        else { return [] }
        return withFacts(of: request, entry) { rulesDeciding(request, entry, Evaluator<Truth>($0)) }
    }

    private func rulesDeciding(
        _ request: DecisionRequest, _ entry: ActionEntry, _ start: Evaluator<Truth>
    ) -> Set<PolicyRule> {
        var evaluator = start
        let holders = [nil] + request.subject.act.indices.map(Optional.some)
        let layers = [entry.action.rules, overlayRules(of: request.subject.tenant, for: request.action)].compactMap(
            \.self)
        var found: Set<PolicyRule> = []
        for holder in holders {
            evaluator.hold(hop: holder)
            for layer in layers {
                let judgement = Judgement(layer, with: &evaluator)
                guard judgement.outcome.isYes else {
                    return judgement.denial.map { [PolicyRule(.denial, $0)] } ?? []
                }
                if let rule = judgement.rule { found.insert(PolicyRule(.grant, rule)) }
            }
        }
        let decision = check(request)
        for each in layers.flatMap(\.obligations) where decision.obligations.contains(where: { $0.id == each.id }) {
            found.insert(PolicyRule(each))
        }
        guard decision.isAllowed else { return found }
        for fieldClass in entry.module.classes {
            let name = fieldClass.fieldClass.name
            for holder in holders {
                evaluator.hold(hop: holder)
                if decision.fields.canRead(class: name) {
                    found.formUnion(Self.open(fieldClass.read, &evaluator).map { PolicyRule(.read, $0) })
                }
                if decision.fields.canWrite(class: name) {
                    found.formUnion(Self.open(fieldClass.write, &evaluator).map { PolicyRule(.write, $0) })
                }
            }
        }
        return found
    }

    /// The lines of a class that match for a holder.
    private static func open(_ index: GrantIndex, _ evaluator: inout Evaluator<Truth>) -> [CompiledRule] {
        var rules: [CompiledRule] = []
        for held in evaluator.given.flatMap({ index.rows[$0] }) where evaluator.evaluate(held.predicate).isYes {
            rules.append(held.rule)
        }
        return rules
    }
}
