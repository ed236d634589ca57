extension PolicyBundle {
    /// Finds over which records something is allowed.
    ///
    /// The same evaluator as `check(_:)` with the record unknown: a record of the subject's tenant passes `rows` exactly
    /// when a check of it allows.
    public func plan(_ request: PlanRequest) -> Plan {
        let subject = request.subject
        guard isSingleTenant || subject.tenant?.isEmpty == false else {
            return empty(request, .tenantMismatch, classes: [])
        }
        guard let entry = actions[request.action], sameBytes(entry.module.name, request.resourceType) else {
            return empty(request, .noGrant, classes: [])
        }
        let classes = entry.module.classes
        guard entry.action.isListable else { return empty(request, .notListable, classes: classes) }

        return withUnsafePointer(to: request.subject) { subject in
            withUnsafePointer(to: request.context) { context in
                plan(
                    request, entry,
                    Facts(
                        subject: subject, record: nil, context: context, module: entry.module, roles: roles,
                        found: nil, hop: nil))
            }
        }
    }

    private func plan(_ request: PlanRequest, _ entry: ActionEntry, _ facts: Facts) -> Plan {
        let subject = request.subject
        let classes = entry.module.classes
        var evaluator = Evaluator<Outcome>(facts)
        let narrowing = overlayRules(of: subject.tenant, for: request.action)
        let holders = [nil] + subject.act.indices.map(Optional.some)
        var verdict = Verdict<Outcome>()
        for hop in holders {
            evaluator.hold(hop: hop)
            verdict.judge(entry.action.rules, narrowing, &evaluator)
        }
        guard case let rows = verdict.outcome.filter, rows != .none else {
            return empty(request, verdict.reason ?? .outOfScope, classes: classes)
        }
        let owed = obligations(
            entry.action.rules, narrowing, verdict.emergencyRule, action: request.action, resource: nil, &evaluator)
        if let first = owed.unmet.first {
            return empty(request, .obligation(id: first.id), obligations: owed.unmet, classes: classes)
        }
        return Plan(
            action: request.action, tenant: subject.tenant, rows: rows, reason: nil, scope: verdict.scope,
            rules: verdict.first?.rules ?? [], revision: revision(for: subject.tenant), obligations: owed.accompanying,
            classes: classes.map { each in
                FieldClassPlan(
                    fieldClass: each.fieldClass, read: filter(each.read, holders, &evaluator),
                    write: filter(each.write, holders, &evaluator))
            })
    }

    private func empty(
        _ request: PlanRequest, _ reason: Reason, obligations: [Obligation] = [], classes: [CompiledClass]
    ) -> Plan {
        Plan(
            action: request.action, tenant: request.subject.tenant, rows: .none, reason: reason, scope: .none,
            rules: [], revision: revision(for: request.subject.tenant), obligations: obligations,
            classes: classes.map { FieldClassPlan(fieldClass: $0.fieldClass, read: .none, write: .none) })
    }

    private func filter(
        _ index: GrantIndex, _ holders: [Int?], _ evaluator: inout Evaluator<Outcome>
    ) -> Filter {
        var outcome = Outcome.yes
        for hop in holders {
            evaluator.hold(hop: hop)
            outcome = outcome.and(index.granted(to: evaluator.given, &evaluator))
        }
        return outcome.filter
    }
}
