import WireFormat

/// Which obligations go with an action, and which of them are not met.
struct ObligationJudge {
    /// Gating ones that the request's facts do not meet.
    private(set) var unmet: [Obligation] = []
    /// What the caller must do besides.
    private(set) var accompanying: [Obligation] = []

    /// Judges the obligations of a request that is allowed otherwise; the evaluator's holder is the subject.
    mutating func judge<Result: Logic>(
        _ obligations: [CompiledObligation], of action: String, resource: String?, roles table: RoleTable,
        _ evaluator: inout Evaluator<Result>
    ) {
        for each in obligations where applies(each, table, &evaluator) {
            let obligation = Obligation(id: each.id, type: each.rule.type, properties: each.rule.properties)
            switch each.rule {
            case .accompanying: accompanying.append(obligation)
            case .stepUp(let age, let methods, _):
                if !isFresh(evaluator, age, methods) { unmet.append(obligation) }
            case .reasonRequired:
                if evaluator.context.reason?.contains(where: { !$0.isWhitespace }) != true { unmet.append(obligation) }
            case .approval(let by, let validFor, _):
                let isGiven = evaluator.context.approvals.contains {
                    counts($0, action, resource, by, validFor, table, evaluator)
                }
                if !isGiven { unmet.append(obligation) }
            }
        }
    }

    /// Notes that an emergency was used.
    mutating func note(emergency: Emergency, rule: String) {
        accompanying.append(
            Obligation(
                id: rule, type: "notify", properties: ["break_glass": true, "reason": .string(emergency.reason)]))
    }

    /// An obligation applies unless it is known not to.
    private func applies<Result: Logic>(
        _ obligation: CompiledObligation, _ table: RoleTable, _ evaluator: inout Evaluator<Result>
    ) -> Bool {
        if !obligation.roles.isEmpty {
            var held = table.held(by: evaluator.subject.roles)
            for hop in evaluator.subject.act { held.formUnion(table.held(by: hop.roles)) }
            guard obligation.roles.contains(where: held.contains) else { return false }
        }
        guard let condition = obligation.condition else { return true }
        return !evaluator.evaluate(.condition(condition)).isNo
    }

    private func isFresh<Result: Logic>(_ evaluator: Evaluator<Result>, _ age: Duration, _ methods: [String]) -> Bool {
        guard let signedIn = evaluator.subject.authTime, let now = evaluator.context.time,
            now.since(signedIn) <= age
        else { return false }
        return methods.isEmpty || methods.contains { evaluator.subject.amr.contains($0) }
    }

    /// Whether an approval is for this, by somebody else with the role, and not too old.
    private func counts<Result: Logic>(
        _ approval: Approval, _ action: String, _ resource: String?, _ by: [String], _ validFor: Duration?,
        _ table: RoleTable, _ evaluator: Evaluator<Result>
    ) -> Bool {
        guard sameBytes(approval.action, action), approval.resourceID == resource,
            approval.approver != evaluator.subject.id,
            !evaluator.subject.act.contains(where: { $0.id == approval.approver }),
            let now = evaluator.context.time, approval.time <= now
        else { return false }
        if let validFor, now.since(approval.time) > validFor { return false }
        let held = table.held(by: approval.roles)
        return by.contains { name in table.numbers[name].map(held.contains) ?? false }
    }
}
