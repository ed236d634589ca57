import AuditClient
import AuditCore
import Postgres
import ServiceKit
import WireFormat

/// What the audit trails hear of resets: the trail of each organisation of the account, or `system` when there is none.
struct PasswordResetTrail: Sendable {
    static let request = "password.reset_request"
    static let reset = "password.reset"

    /// Why no link was sent; a word of the trail, not of the answer.
    enum Reason: String, Sendable {
        case unknownAccount = "unknown-account"
        case noPassword = "no-password"  // pragma: allowlist secret
        case tooMany = "too-many-requests"
    }

    let outbox: AuditOutbox

    /// An event for each trail, never none. The first one goes into the transaction of the change.
    func events(
        _ action: String, _ account: UUIDv7?, _ memberships: [Membership], _ reason: Reason?, _ call: Call
    ) -> [(event: AuditEvent, scope: TenantScope)] {
        guard !memberships.isEmpty else {
            return [(event(action, tenant: .system, account, member: nil, reason, call), SystemTenant.scope)]
        }
        return memberships.map { membership in
            let event = event(action, tenant: membership.tenant, account, member: membership.member, reason, call)
            return (event, membership.tenantScope)
        }
    }

    /// Records each within its own tenant.
    func record(_ events: some Sequence<(event: AuditEvent, scope: TenantScope)>) async throws {
        for (event, scope) in events { try await outbox.record(event, scope) }
    }

    private func event(
        _ action: String, tenant: TenantID, _ account: UUIDv7?, member: UUIDv7?, _ reason: Reason?, _ call: Call
    ) -> AuditEvent {
        // Whoever asks has shown nothing; whoever has the link has the mailbox.
        let actor =
            action == Self.reset ? EventActor(kind: .account, id: account?.text) : EventActor.anonymous
        return AuditEvent(
            call, by: actor, tenant: tenant, action: action,
            resource: EventResource(type: member == nil ? "account" : "member", id: (member ?? account)?.text),
            outcome: reason == nil ? .allowed : .denied, reason: reason?.rawValue)
    }
}
