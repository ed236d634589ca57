extension PolicyBundle {
    /// Finds the smallest changes to a request that would allow what is denied.
    ///
    /// Every way whose changes have values has been decided, and is allowed. The search is bounded; `isComplete` tells
    /// whether it ended by itself.
    public func whyNot(_ request: DecisionRequest, limits: WhyNotLimits = .standard) -> WhyNot {
        let decision = check(request)
        func nothing(_ preliminary: String?) -> WhyNot {
            WhyNot(decision: decision, ways: [], isComplete: true, preliminary: preliminary)
        }
        if decision.isAllowed { return nothing(nil) }
        guard isSameTenant(request.subject.tenant, request.resource.tenant) else {
            return nothing("subject and resource are not of one known tenant, which no policy can allow")
        }
        guard let entry = actions[request.action], entry.module.name == request.resource.type else {
            return nothing("no module has an action `\(request.action)` on `\(request.resource.type)`")
        }
        var search = WhyNotSearch(self, entry, request, limits)
        let ways = search.ways()
        return WhyNot(decision: decision, ways: ways, isComplete: search.isComplete, preliminary: nil)
    }
}
