import AuditClient
import AuditCore
import IdentityClient
import ServiceKit
import WireFormat

/// Members of the caller's organisation.
struct MemberRoutes: Sendable {
    /// An address and a few roles.
    static let bodyLimit = 8 << 10

    let parts: AuthParts
    let enforcement: MemberEnforcement
    let queries: MemberQueries

    var routes: [Route] {
        [
            Route(
                .get, "/v1/members", access: .user(action: "member.view"), query: ["limit", "cursor"]
            ) { call in try await queries.list(call) },
            Route(.get, "/v1/members/{id}", access: .user(action: "member.view")) { call in
                let view = try await queries.one(call.uuid("id"), call)
                return Reply.json(view).tagged(view.tag)
            },
            Route(
                .post, "/v1/members", access: .user(action: "member.create"), body: .json(limit: Self.bodyLimit)
            ) { call in try await invite(call) },
            Route(
                .patch, "/v1/members/{id}", access: .user(action: "member.update_roles"),
                body: .json(limit: Self.bodyLimit)
            ) { call in try await change(call) },
        ]
    }

    /// For HRService, which alone links members to employees, and whose word ends a membership.
    var internalRoutes: [Route] {
        [
            Route(
                .put, "/internal/v1/members/{id}/employee", access: .service(callers: [.hr], user: .required),
                body: .json(limit: Self.bodyLimit)
            ) { call in
                let link = try call.decode(EmployeeLink.self)
                let member = try await MemberCommands(parts: parts)
                    .link(call.uuid("id"), to: link.employeeID, by: call.user, call)
                return Reply.json(
                    ["id": member.id.wire, "employee_id": member.employeeID?.wire ?? .null, "roles": member.roles.wire]
                ).tagged(member.tag)
            },
            Route(
                .post, "/internal/v1/memberships/end", access: .service(callers: [.hr], user: .none),
                body: .json(limit: Self.bodyLimit)
            ) { call in
                let outcome = try await MembershipEnding(parts: parts).end(call.decode(), call)
                return .json(["outcome": .string(outcome.rawValue)])
            },
        ]
    }

    private func invite(_ call: Call) async throws -> Reply {
        let request = try call.decode(InviteRequest.self)
        let user = try call.user
        let decision = try await enforcement.create(call, roles: request.roles)
        let inviter = InvitationCommands.Inviter(token: user, decision: decision)
        return try await enforcement.recordingRefusals(call, "member.create", id: nil, decision) {
            try await InvitationCommands(parts: parts).answer(request, by: inviter, user.tenantScope, call)
        }
    }

    private func change(_ call: Call) async throws -> Reply {
        let id = try call.uuid("id")
        let change = try call.decode(MemberChange.self)
        let version = try call.ifMatch()
        let gate = try await enforcement.gate(call, action: change.action)
        guard try await enforcement.judge(change, of: id, version: version, gate, call) else {
            throw try await enforcement.absence(of: id, call, action: change.action, gate: gate)
        }
        let changed = try await enforcement.recordingRefusals(call, change.action, id: id, gate.decision) {
            let user = try call.user
            return switch change {
            case .roles(let roles):
                try await MemberCommands(parts: parts).setRoles(
                    roles, of: id, version: version, by: user, where: gate.rows, decision: gate.decision, call)
            case .end:
                try await MembershipEnding(parts: parts).end(
                    id, version: version, by: user, where: gate.rows, decision: gate.decision, call)
            }
        }
        guard changed != nil else {
            throw try await enforcement.absence(of: id, call, action: change.action, gate: gate)
        }
        guard let view = try await queries.view(id, call, gate: gate) else { return .empty() }
        return Reply.json(view).tagged(view.tag)
    }
}
