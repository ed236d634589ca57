import AuditClient
import AuditCore
import Logging
import ServiceKit
import WireFormat

/// What the audit trails hear of sign-ins that fail: the trail of each organisation that the account belongs to, or
/// `system` when there is none. Never what was typed.
struct SignInTrail: Sendable {
    let outbox: AuditOutbox

    /// Why; a word of the trail, not of the answer.
    enum Reason: String, Sendable {
        case unknownAccount = "unknown-account"
        case wrongPassword = "wrong-password"
        case locked = "account-locked"
        case organisationLimited = "organisation-limited"
        case noMembership = "no-membership"
        case wrongCode = "wrong-code"
        case replayedCode = "replayed-code"
        case wrongRecoveryCode = "wrong-recovery-code"
        case unknownPasskey = "unknown-passkey"
        case wrongPasskey = "wrong-passkey"
        /// Its counter went back: two authenticators may hold one key.
        case clonedPasskey = "cloned-passkey"
    }

    static let signIn = "session.sign_in"

    func passwordRefused(
        _ account: UUIDv7?, _ memberships: [Membership], _ reason: Reason, _ call: Call
    ) async throws {
        try await refused(account, memberships, reason, call)
    }

    func passkeyRefused(
        _ account: UUIDv7?, _ memberships: [Membership], _ reason: Reason, _ call: Call
    ) async throws {
        try await refused(account, memberships, reason, call)
    }

    private func refused(
        _ account: UUIDv7?, _ memberships: [Membership], _ reason: Reason, _ call: Call
    ) async throws {
        guard !memberships.isEmpty else {
            let event = event(account, tenant: .system, member: nil, reason, call)
            return try await outbox.record(event, SystemTenant.scope)
        }
        // One statement a tenant: each trail is written within its own tenant.
        for membership in memberships {
            let event = event(account, tenant: membership.tenant, member: membership.member, reason, call)
            try await outbox.record(event, membership.tenantScope)
        }
    }

    /// More wrong passwords in a row than a person types.
    func passwordsTried(_ account: UUIDv7, _ memberships: [Membership], _ call: Call) async throws {
        for membership in memberships { try await raise(.manyFailures, membership, call) }
        Alert.manyFailures.announce(call, ["account": .string(account.text), "of": "passwords"])
    }

    /// A wrong code; the last one of a sign-in raises an alert.
    func codeRefused(_ tried: SignInCommands.FactorAttempt, _ reason: Reason, _ call: Call) async throws {
        try await refused(tried.pending.account, tried.concerned, reason, call)
        guard tried.pending.isExhausted else { return }
        for membership in tried.concerned { try await raise(.manyFailures, membership, call) }
        Alert.manyFailures.announce(call, ["account": .string(tried.pending.account.text), "of": "codes"])
    }

    private func raise(_ alert: Alert, _ membership: Membership, _ call: Call) async throws {
        let event = alert.event(
            call, by: .anonymous, tenant: membership.tenant,
            EventResource(type: "member", id: membership.member.text))
        try await outbox.record(event, membership.tenantScope)
    }

    private func event(
        _ account: UUIDv7?, tenant: TenantID, member: UUIDv7?, _ reason: Reason, _ call: Call
    ) -> AuditEvent {
        // Whoever failed has not shown to be this account: the trail names it as what was tried, not as who acted.
        let actor =
            switch reason {
            case .wrongCode, .replayedCode, .wrongRecoveryCode: EventActor(kind: .account, id: account?.text)
            default: EventActor.anonymous
            }
        let resource = EventResource(type: member == nil ? "account" : "member", id: (member ?? account)?.text)
        return AuditEvent(
            call, by: actor, tenant: tenant, action: Self.signIn, resource: resource, outcome: .denied,
            reason: reason.rawValue)
    }
}
