extension PolicyBundle {
    /// Finds over which records something is allowed.
    ///
    /// The same evaluator as `check(_:)` with the record unknown: a record of the subject's tenant passes `rows` exactly
    /// when a check of it allows.
    public func plan(_ request: PlanRequest) -> Plan {
        guard isSingleTenant || request.subject.tenant?.isEmpty == false else {
            return empty(request, .tenantMismatch, classes: [])
        }
        guard let entry = actions[request.action], sameBytes(entry.module.name, request.resourceType) else {
            return empty(request, .noGrant, classes: [])
        }
        guard entry.action.isListable else { return empty(request, .notListable, classes: entry.module.classes) }

        var evaluator = Evaluator(subject: request.subject, about: entry.module.about, record: nil)
        let held = roles.numbers(of: request.subject.roles)
        let judgement = Judgement(entry.action, roles: held, with: &evaluator)
        var outcome = judgement.outcome
        var scope = judgement.scope
        var reason = judgement.reason
        let hops = request.subject.act.map { roles.numbers(of: $0.roles) }
        for hop in hops {
            let hopJudgement = Judgement(entry.action, roles: hop, with: &evaluator)
            if outcome.filter != .none { reason = hopJudgement.reason }
            outcome = outcome.and(hopJudgement.outcome)
            scope = min(scope, hopJudgement.scope)
        }
        guard case let rows = outcome.filter, rows != .none else {
            return empty(request, reason, classes: entry.module.classes)
        }
        var classes: [FieldClassPlan] = []
        classes.reserveCapacity(entry.module.classes.count)
        for fieldClass in entry.module.classes {
            classes.append(
                FieldClassPlan(
                    fieldClass: fieldClass.fieldClass,
                    read: filter(fieldClass.read, held, hops, &evaluator),
                    write: filter(fieldClass.write, held, hops, &evaluator)))
        }
        return Plan(
            action: request.action, tenant: request.subject.tenant, rows: rows, reason: nil, scope: scope,
            rules: judgement.rules, revision: revision, classes: classes)
    }

    private func empty(_ request: PlanRequest, _ reason: Reason, classes: [CompiledClass]) -> Plan {
        Plan(
            action: request.action, tenant: request.subject.tenant, rows: .none, reason: reason, scope: .none,
            rules: [], revision: revision,
            classes: classes.map { FieldClassPlan(fieldClass: $0.fieldClass, read: .none, write: .none) })
    }

    private func filter(
        _ index: GrantIndex, _ roles: [Int], _ hops: [[Int]], _ evaluator: inout Evaluator
    ) -> Filter {
        var outcome = index.granted(to: roles, &evaluator)
        for hop in hops { outcome = outcome.and(index.granted(to: hop, &evaluator)) }
        return outcome.filter
    }
}
