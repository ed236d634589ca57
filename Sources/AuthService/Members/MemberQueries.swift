import AuditClient
import AuditCore
import IdentityClient
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Reads of members: every statement carries the plan's predicate.
struct MemberQueries: Sendable {
    let parts: AuthParts
    let enforcement: MemberEnforcement
    let cursors: CursorCodec

    /// A page of the members that the caller may see.
    func list(_ call: Call) async throws -> Reply {
        let user = try call.user
        let limit = try call.query.limit()
        let after = try cursors.lastID(call, of: Self.cursorQuery)
        let gate = try await enforcement.gate(call, action: "member.view")
        let rows = try await parts.database.query(
            user.tenantScope, MemberStore.page(tenant: user.tenant, after: after, limit: limit + 1, gate: gate))
        let read = try rows.prefix(limit).map(MemberStore.readGated)
        let views = try await views(read, user.tenantScope)
        let event = AuditEvent(
            call, by: user, action: "member.view", resource: EventResource(type: "member"), decision: gate.decision,
            metadata: ["count": .integer(Int64(read.count))])
        try await parts.outbox.record(event, user.tenantScope)
        let next = rows.count > limit ? read.last.map { cursor(after: $0.member.id, user) } : nil
        return .page(views.map(\.wire), next: next)
    }

    /// One member.
    func one(_ id: UUIDv7, _ call: Call) async throws -> MemberView {
        let user = try call.user
        let gate = try await enforcement.gate(call, action: "member.view")
        let rows = try await parts.database.query(
            user.tenantScope, MemberStore.one(id, tenant: user.tenant, gate: gate))
        guard let read = try rows.first.map(MemberStore.readGated) else {
            throw try await enforcement.absence(of: id, call, action: "member.view", gate: gate)
        }
        let event = AuditEvent(
            call, by: user, action: "member.view",
            resource: EventResource(type: "member", id: id.text, person: read.member.employeeID),
            decision: gate.decision)
        try await parts.outbox.record(event, user.tenantScope)
        guard let view = try await views([read], user.tenantScope).first else { throw Problem.notFound() }
        return view
    }

    /// What a caller sees of a member that was changed or made: by the plan for viewing, as ever.
    func view(_ id: UUIDv7, _ call: Call, gate: MemberGate) async throws -> MemberView? {
        let user = try call.user
        let rows = try await parts.database.query(
            user.tenantScope, MemberStore.one(id, tenant: user.tenant, gate: gate))
        return try await views(rows.map(MemberStore.readGated), user.tenantScope).first
    }

    private static let cursorQuery = "members"

    private func cursor(after id: UUIDv7, _ user: AccessToken) -> String {
        cursors.encode([id.text], tenant: user.tenant, subject: user.subject, query: Self.cursorQuery)
    }

    private func views(_ read: [GatedMember], _ scope: TenantScope) async throws -> [MemberView] {
        let shown = read.filter(\.showsContact).map(\.member)
        let emails = shown.isEmpty ? [:] : try await parts.secrets.openMemberEmails(shown, scope)
        return read.map { MemberView($0, email: emails[$0.member.id]) }
    }
}
