import CEL

extension PolicyBundle {
    /// The version of the IANA time-zone data that conditions use, such as `2025b`.
    public static var timeZones: String { CELTimeZones.dataVersion }

    /// Decides a request and keeps what that depends on; the decision is that of `check(_:)`.
    ///
    /// It goes through the rules a second time and decides a third time, to be sure of what it has left out: for the
    /// decisions that are put on the record, not for each of a hundred thousand a second. Those carry rule and revision
    /// all the same.
    public func record(_ request: DecisionRequest) -> DecisionRecord {
        let decision = check(request)
        var kept = DecisionRequest(
            subject: Subject(tenant: request.subject.tenant, id: request.subject.id, roles: request.subject.roles),
            action: request.action,
            resource: Resource(
                type: request.resource.type, id: request.resource.id, tenant: request.resource.tenant),
            context: RequestContext(requestID: request.context.requestID))
        kept.subject.act = request.subject.act
        var read: [String] = []
        var sealed: [String] = []
        if isSameTenant(request.subject.tenant, request.resource.tenant), let entry = actions[request.action],
            entry.module.name == request.resource.type
        {
            let layers = [entry.action.rules, overlayRules(of: request.subject.tenant, for: request.action)]
                .compactMap(\.self)
            var facts = FactsRead()
            withFacts(of: request, entry) { facts.follow(request, entry, layers, $0) }
            read = facts.names(about: entry.module.about)
            kept = facts.reduced(request, about: entry.module.about)
            // INVARIANT: a record gives its decision again. Should the evaluator read more than was followed, everything
            // that was stated is kept.
            if check(kept) != decision { kept = request }
            sealed = entry.module.attributes
                .filter { $0.isSealed && kept.resource.attributes[$0.name] != nil }.map(\.name).sorted()
        }
        return DecisionRecord(
            revision: decision.revision, engineVersion: Self.engineVersion, timeZones: Self.timeZones, request: kept,
            read: read, sealed: sealed, decision: decision)
    }
}
