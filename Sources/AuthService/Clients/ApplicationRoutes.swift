import AuditClient
import AuditCore
import IdentityClient
import Logging
import PolicyClient
import PolicyCore
import PolicySQL
import Postgres
import ServiceKit
import WireFormat

/// The applications of the caller's organisation. PolicyEngine decides, as over everything else.
struct ApplicationRoutes: Sendable {
    /// A name, some addresses and a few public keys.
    static let bodyLimit = 64 << 10
    private static let cursorQuery = "applications"
    private static let type = "application"

    let parts: AuthParts
    let policy: PolicyClient
    let cursors: CursorCodec

    var routes: [Route] {
        [
            Route(
                .get, "/v1/applications", access: .user(action: "application.view"), query: ["limit", "cursor"]
            ) { call in try await list(call) },
            Route(
                .post, "/v1/applications", access: .user(action: "application.create"),
                body: .json(limit: Self.bodyLimit)
            ) { call in try await create(call) },
            Route(.delete, "/v1/applications/{id}", access: .user(action: "application.end")) { call in
                try await end(call)
            },
        ]
    }

    func list(_ call: Call) async throws -> Reply {
        let user = try call.user
        let limit = try call.query.limit()
        let after = try cursors.lastID(call, of: Self.cursorQuery)
        let gate = try await gate(call, "application.view")
        let rows = try await parts.database.query(
            user.tenantScope,
            ApplicationStore.page(tenant: user.tenant, after: after, limit: limit + 1, gate: gate))
        let items = try rows.prefix(limit).map { row in
            Self.view(try ApplicationStore.read(row), whole: try row.get("shows_registration"))
        }
        try await parts.outbox.record(
            AuditEvent(
                call, by: user, action: "application.view", resource: EventResource(type: Self.type),
                decision: gate.decision, metadata: ["count": .integer(Int64(items.count))]), user.tenantScope)
        let last = rows.count > limit ? items.last?["id"]?.string : nil
        return .page(
            items,
            next: last.map {
                cursors.encode([$0], tenant: user.tenant, subject: user.subject, query: Self.cursorQuery)
            })
    }

    func create(_ call: Call) async throws -> Reply {
        let request = try call.decode(ApplicationRequest.self)
        let user = try call.user
        let decision = try await policy.check(
            call, action: "application.create",
            resource: Resource(type: Self.type, tenant: user.tenant.text, attributes: ["status": "active"]))
        if let denial = decision.denial {
            throw try await recorded(denial, call, "application.create", nil, EventDecision(decision))
        }
        let registered = try await ApplicationCommands(parts: parts).create(
            request, by: user, decision: EventDecision(decision), call)
        return SignInRoutes.secret(.json(registered, status: .created))
    }

    func end(_ call: Call) async throws -> Reply {
        let id = try call.uuid("id")
        let gate = try await gate(call, "application.end", id)
        guard try await ApplicationCommands(parts: parts).end(id, by: call.user, gate, call) else {
            throw try await recorded(.notFound(), call, "application.end", id, gate.decision)
        }
        return .empty()
    }

    private func gate(_ call: Call, _ action: String, _ id: UUIDv7? = nil) async throws -> ApplicationGate {
        let plan = try await policy.plan(call, action: action, resourceType: Self.type)
        if let denial = plan.denial { throw try await recorded(denial, call, action, id, EventDecision(plan)) }
        do {
            return try ApplicationGate(plan)
        } catch {
            call.logger.error(
                "a plan cannot be applied to applications", metadata: ["cause": .string(error.description)])
            throw Problem.decisionUnavailable
        }
    }

    /// The refusal, after it is on record.
    private func recorded(
        _ problem: Problem, _ call: Call, _ action: String, _ id: UUIDv7?, _ decision: EventDecision?
    ) async throws -> Problem {
        let user = try call.user
        try await parts.outbox.record(
            AuditEvent(
                call, by: user, action: action, resource: EventResource(type: Self.type, id: id?.text),
                outcome: .denied, reason: problem.code, decision: decision), user.tenantScope)
        return problem
    }

    private static func view(_ application: Application, whole: Bool) -> JSONValue {
        let all = application.wire.object ?? [:]
        let shown = whole ? all : ["id": application.id.wire]
        var members = shown
        members["withheld"] = JSONValue(all.keys.filter { shown[$0] == nil }.sorted())
        return .object(members)
    }
}
