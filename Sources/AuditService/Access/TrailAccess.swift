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

    let policy: PolicyClient
    let journal: Journal

    /// Asks for a plan; only one that covers the whole trail of the tenant opens it.
    ///
    /// - Throws: a 403 problem with the decision's id, after the denial is recorded; 503 when nobody can decide.
    func require(_ call: Call, _ token: AccessToken, resource: EventResource) async throws -> EventDecision {
        let plan = try await policy.plan(call, action: Self.action, resourceType: Self.resourceType)
        let decision = EventDecision(
            id: plan.id ?? "unnamed", rule: plan.rules.first, revision: plan.revision, scope: plan.scope.description)
        // A trail is one record of the tenant: a filter over parts of it names nothing that the tree could prove.
        guard plan.rows == .all, !plan.isSimulated else {
            try await journal.record(
                AuditEvent(
                    call, by: token, action: Self.action, resource: resource, outcome: .denied,
                    reason: (plan.reason ?? .outOfScope).description, decision: decision))
            throw plan.denial ?? Self.partOfTheTrail(decision)
        }
        return decision
    }

    private static func partOfTheTrail(_ decision: EventDecision) -> Problem {
        .forbidden(
            "out-of-scope", detail: "the trail is shown whole or not at all",
            members: ["decision_id": .string(decision.id)])
    }
}
