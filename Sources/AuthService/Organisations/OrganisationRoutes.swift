import AuditClient
import AuditCore
import IdentityClient
import PolicyClient
import PolicyCore
import ServiceKit
import WireFormat

/// The caller's organisation, and the operator's way to make one.
struct OrganisationRoutes: Sendable {
    let parts: AuthParts
    let policy: PolicyClient

    var routes: [Route] {
        [
            Route(.get, "/v1/organisation", access: .user(action: "organisation.view")) { call in try await view(call) }
        ]
    }

    var internalRoutes: [Route] {
        [
            Route(
                .post, "/internal/v1/organisations", access: .service(callers: [.operator], user: .none),
                body: .json(limit: SignInRoutes.bodyLimit)
            ) { call in
                let created = try await OrganisationCommands(parts: parts).create(call.decode(), call)
                return .json(created, status: .created)
            },
            Route(
                .post, "/internal/v1/organisations/{id}/owner", access: .service(callers: [.operator], user: .none),
                body: .json(limit: SignInRoutes.bodyLimit)
            ) { call in
                let commands = OrganisationCommands(parts: parts)
                return try await .json(commands.inviteOwner(of: call.uuid("id"), call.decode(), call), status: .created)
            },
        ]
    }

    private func view(_ call: Call) async throws -> Reply {
        let (organisation, decision) = try await decide(call, "organisation.view")
        let fields = organisation.wire.object ?? [:]
        let shown = fields.filter { decision.fields.canRead(field: $0.key) }
        var body = shown
        body["withheld"] = JSONValue(fields.keys.filter { shown[$0] == nil }.sorted())
        return .json(.object(body))
    }

    // MARK: Deciding

    /// Whether the caller may do `action` to the own organisation; a refusal is on record before it is told.
    func judge(_ call: Call, _ action: String) async throws -> EventDecision? {
        EventDecision(try await decide(call, action).1)
    }

    private func decide(_ call: Call, _ action: String) async throws -> (Organisation, Decision) {
        let user = try call.user
        let store = OrganisationStore(database: parts.database, system: parts.system)
        guard let organisation = try await store.find(user.tenant) else { throw Problem.notFound() }
        let decision = try await policy.check(
            call, action: action,
            resource: Resource(
                type: "organisation", id: organisation.id.text, tenant: user.tenant.text,
                attributes: ["name": .string(organisation.name), "created_at": organisation.createdAt.wire]))
        if let denial = decision.denial {
            try await record(call, action, EventDecision(decision), denial)
            throw denial
        }
        return (organisation, decision)
    }

    /// Writes a refusal into the trail.
    func record(_ call: Call, _ action: String, _ decision: EventDecision?, _ problem: Problem) async throws {
        let user = try call.user
        let event = AuditEvent(
            call, by: user, action: action,
            resource: EventResource(type: "organisation", id: user.tenant.text), outcome: .denied,
            reason: problem.code, decision: decision)
        try await parts.outbox.record(event, user.tenantScope)
    }
}
