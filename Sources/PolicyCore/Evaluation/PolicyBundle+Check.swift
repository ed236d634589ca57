extension PolicyBundle {
    /// Decides one request.
    ///
    /// Tenants are compared ahead of any policy. Under `act`, whoever acts must be allowed as well, by roles of its own.
    /// A tenant's overlay must allow as well.
    public func check(_ request: DecisionRequest) -> Decision {
        let tenant = request.subject.tenant
        guard isSameTenant(tenant, request.resource.tenant) else { return denied(tenant, .tenantMismatch) }
        guard let entry = actions[request.action], sameBytes(entry.module.name, request.resource.type) else {
            return denied(tenant, .noGrant)
        }
        if let decision = withFacts(of: request, entry, remembers: false, { decideByTable(entry, $0) }) {
            return decision
        }
        return withFacts(of: request, entry) { decideByRules(entry, $0) }
    }

    /// Decides by the rules themselves what `check(_:)` decides by the table; tests compare the two.
    func checkWithoutTable(_ request: DecisionRequest) -> Decision {
        let tenant = request.subject.tenant
        guard isSameTenant(tenant, request.resource.tenant) else { return denied(tenant, .tenantMismatch) }
        guard let entry = actions[request.action], sameBytes(entry.module.name, request.resource.type) else {
            return denied(tenant, .noGrant)
        }
        return withFacts(of: request, entry) { decideByRules(entry, $0) }
    }

    /// Takes the request's facts as pointers: a request that closures carry is copied by each.
    private func decideByRules(_ entry: ActionEntry, _ facts: Facts) -> Decision {
        let tenant = facts.subject.pointee.tenant
        var evaluator = Evaluator<Truth>(facts)
        let narrowing = overlayRules(of: tenant, for: entry.name)

        var verdict = Verdict<Truth>()
        verdict.judge(entry.action.rules, narrowing, &evaluator)
        guard verdict.outcome.isYes else { return denied(tenant, verdict) }
        var access = entry.module.access.masks(&evaluator)
        for hop in facts.subject.pointee.act.indices {
            evaluator.hold(hop: hop)
            verdict.judge(entry.action.rules, narrowing, &evaluator)
            guard verdict.outcome.isYes else { return denied(tenant, verdict) }
            let hopAccess = entry.module.access.masks(&evaluator)
            access.readable &= hopAccess.readable
            access.writable &= hopAccess.writable
        }

        let owed = obligations(
            entry.action.rules, narrowing, verdict.emergencyRule, action: entry.name,
            resource: facts.record?.pointee.id, &evaluator)
        if let first = owed.unmet.first {
            return Decision(
                isAllowed: false, reason: .obligation(id: first.id), scope: .none, rule: verdict.first?.rule?.id,
                revision: revision(for: tenant), obligations: owed.unmet, fields: .none)
        }
        return Decision(
            isAllowed: true, reason: nil, scope: verdict.scope, rule: verdict.first?.rule?.id,
            revision: revision(for: tenant), obligations: owed.accompanying, fields: entry.module.fields(access))
    }

    /// Decides several requests, each on its own.
    public func check(_ requests: [DecisionRequest]) -> [Decision] { requests.map(check) }

    private func denied(_ tenant: String?, _ reason: Reason, rule: String? = nil) -> Decision {
        Decision(
            isAllowed: false, reason: reason, scope: .none, rule: rule, revision: revision(for: tenant), fields: .none)
    }

    private func denied(_ tenant: String?, _ verdict: Verdict<Truth>) -> Decision {
        denied(tenant, verdict.reason ?? .noGrant, rule: verdict.denial?.id)
    }

    /// What the tenant narrows of this action.
    func overlayRules(of tenant: String?, for action: String) -> ActionRules? {
        guard overlays.count > 0, let tenant else { return nil }
        return overlays[tenant]?.actions[action]
    }

    /// The obligations of a request that is allowed otherwise.
    func obligations<Result: Logic>(
        _ base: borrowing ActionRules, _ narrowing: ActionRules?, _ emergencyRule: CompiledRule?, action: String,
        resource: String?, _ evaluator: inout Evaluator<Result>
    ) -> ObligationJudge {
        var judge = ObligationJudge()
        if let emergencyRule, let emergency = evaluator.context.emergency {
            judge.note(emergency: emergency, rule: emergencyRule.id)
        }
        guard !base.obligations.isEmpty || narrowing?.obligations.isEmpty == false else { return judge }
        evaluator.hold(hop: nil)
        judge.judge(base.obligations, of: action, resource: resource, roles: roles, &evaluator)
        if let narrowing {
            judge.judge(narrowing.obligations, of: action, resource: resource, roles: roles, &evaluator)
        }
        return judge
    }

    /// Whether both belong to one known tenant (DESIGN §3, invariant 4).
    func isSameTenant(_ subject: String?, _ resource: String?) -> Bool {
        if isSingleTenant { return true }
        guard let subject, let resource, !subject.isEmpty else { return false }
        return sameBytes(subject, resource)
    }

    /// Calls `body` with the facts of a request, which point into it.
    /// - Parameter remembers: Whether attributes that were found are kept for the next condition.
    @inline(__always)
    func withFacts<R>(
        of request: DecisionRequest, _ entry: ActionEntry, remembers: Bool = true, _ body: (Facts) -> R
    ) -> R {
        // A pointer to each member would copy the member first.
        withUnsafePointer(to: request) { request in
            // INVARIANT: stored members have a place.
            guard let subject = request.pointer(to: \.subject), let record = request.pointer(to: \.resource),
                let context = request.pointer(to: \.context)
            else { preconditionFailure("a member of the request is not stored") }
            // Without overlays few conditions look at one attribute twice, and making the table costs more than it saves.
            guard remembers, overlays.count > 0 else {
                return body(
                    Facts(
                        subject: subject, record: record, context: context, module: entry.module, roles: roles,
                        found: nil, hop: nil))
            }
            var found = Facts.Found(repeating: nil)
            return withUnsafeMutablePointer(to: &found) { found in
                body(
                    Facts(
                        subject: subject, record: record, context: context, module: entry.module, roles: roles,
                        found: found, hop: nil))
            }
        }
    }
}
