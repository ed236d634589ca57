extension PolicyBundle {
    /// Decides one request.
    ///
    /// Tenants are compared ahead of any policy. Under `act`, whoever acts must be allowed as well, by roles of its own.
    public func check(_ request: DecisionRequest) -> Decision {
        guard isSameTenant(request.subject.tenant, request.resource.tenant) else {
            return denied(.tenantMismatch, rule: nil)
        }
        guard let entry = actions[request.action], sameBytes(entry.module.name, request.resource.type) else {
            return denied(.noGrant, rule: nil)
        }
        var evaluator = Evaluator(subject: request.subject, about: entry.module.about, record: request.resource)
        let held = roles.numbers(of: request.subject.roles)
        let judgement = Judgement(entry.action, roles: held, with: &evaluator)
        guard judgement.outcome.isYes else { return denied(judgement.reason, rule: judgement.denial?.id) }

        var scope = judgement.scope
        var access = fieldAccess(entry.module, roles: held, &evaluator)
        for hop in request.subject.act {
            let hopRoles = roles.numbers(of: hop.roles)
            let hopJudgement = Judgement(entry.action, roles: hopRoles, with: &evaluator)
            guard hopJudgement.outcome.isYes else { return denied(hopJudgement.reason, rule: hopJudgement.denial?.id) }
            scope = min(scope, hopJudgement.scope)
            let hopAccess = fieldAccess(entry.module, roles: hopRoles, &evaluator)
            access.readable &= hopAccess.readable
            access.writable &= hopAccess.writable
        }
        return Decision(
            isAllowed: true, reason: nil, scope: scope, rule: judgement.rule?.id, revision: revision, fields: access)
    }

    /// Decides several requests, each on its own.
    public func check(_ requests: [DecisionRequest]) -> [Decision] { requests.map(check) }

    private func denied(_ reason: Reason, rule: String?) -> Decision {
        Decision(isAllowed: false, reason: reason, scope: .none, rule: rule, revision: revision, fields: .none)
    }

    /// Whether both belong to one known tenant (DESIGN §3, invariant 4).
    func isSameTenant(_ subject: String?, _ resource: String?) -> Bool {
        if isSingleTenant { return true }
        guard let subject, let resource, !subject.isEmpty else { return false }
        return sameBytes(subject, resource)
    }

    private func fieldAccess(_ module: CompiledModule, roles: [Int], _ evaluator: inout Evaluator) -> FieldAccess {
        var access = module.noAccess
        for index in module.classes.indices {
            let bit = UInt64(1) << UInt64(index)
            if module.classes[index].read.granted(to: roles, &evaluator).isYes { access.readable |= bit }
            if module.classes[index].write.granted(to: roles, &evaluator).isYes { access.writable |= bit }
        }
        return access
    }
}
