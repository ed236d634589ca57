import AuditClient
import AuditCore
import PolicyClient
import PolicyCore
import ServiceKit
import WireFormat

/// Whether a user may read the trail of the own organisation. PolicyEngine decides; what it denies is recorded.
struct TrailAccess: Sendable {
    /// The action of every public route of this service.
    static let action = "audit.view"
    /// The policy's resource type of the trail.
    static let resourceType = "audit"

    /// How many types of changed records are asked about for one page; the values of further ones stay closed. The
    /// product has four, and a page must not become a flood of questions.
    static let mostTypes = 16

    let policy: PolicyClient
    let journal: Journal

    /// A reader whom policy lets in: by which decision, and what is shown of each event.
    struct Admission: Sendable {
        let decision: EventDecision
        let sight: TrailSight
    }

    /// Asks for a plan; only one that covers the whole trail of the tenant, and what every event is found by, opens it.
    ///
    /// - Throws: a 403 problem with the decision's id, after the denial is recorded; 503 when nobody can decide.
    func require(_ call: Call, _ token: AccessToken, resource: EventResource) async throws -> Admission {
        let plan = try await policy.plan(call, action: Self.action, resourceType: Self.resourceType)
        let decision = EventDecision(
            id: plan.id ?? "unnamed", rule: plan.rules.first, revision: plan.revision, scope: plan.scope.description)
        // A trail is one record of the tenant: a filter over parts of it names nothing that the tree could prove.
        let sight = TrailSight(plan)
        guard plan.rows == .all, sight.opensTrail, !plan.isSimulated else {
            try await journal.record(
                AuditEvent(
                    call, by: token, action: Self.action, resource: resource, outcome: .denied,
                    reason: (plan.reason ?? .outOfScope).description, decision: decision))
            throw plan.denial ?? Self.partOfTheTrail(decision)
        }
        return Admission(decision: decision, sight: sight)
    }

    /// Which changed values of these events the user may see, asked of the modules that the changed records belong to.
    ///
    /// - Throws: 503 when nobody can decide. A type that no module governs is closed.
    func changes(_ call: Call, in events: [JSONValue]) async throws -> ChangeSight {
        let types = Set(
            events.filter { $0["changes"]?.array?.isEmpty == false }.compactMap { $0["resource"]?["type"]?.string })
        var plans: [String: Plan] = [:]
        for type in types.sorted().prefix(Self.mostTypes) {
            plans[type] = try await policy.plan(call, action: type + ".view", resourceType: type)
        }
        return ChangeSight(plans)
    }

    private static func partOfTheTrail(_ decision: EventDecision) -> Problem {
        .forbidden(
            "out-of-scope", detail: "the trail is shown whole or not at all",
            members: ["decision_id": .string(decision.id)])
    }
}
