import IdentityCore
import ServiceKit
import WireFormat

/// How long a session lasts. An organisation will be able to lower both.
enum SessionLimits {
    /// After its last use: a sign-in or a refresh.
    static let idle: Duration = .seconds(30 * 60)
    /// After its sign-in; no rotation extends it.
    static let absolute: Duration = .seconds(12 * 3600)
    /// Of one account at a time: every browser and device that a person has, many times over. It bounds what a change of
    /// factors has to end, and so how long that holds up the revocations of everybody else.
    static let mostLiving = 50
}

/// A signed-in account in one organisation, as its row says. What may be done with it is for ``IdentityCore/Session`` to
/// prove.
struct SessionRecord: Sendable {
    let id: UUIDv7
    let account: UUIDv7
    let tenant: TenantID
    let member: UUIDv7
    let clientID: String
    let amr: [String]
    let authenticatedAt: Instant
    let lastUsedAt: Instant
    var expiresAt: Instant
    let endedAt: Instant?
    /// Raised with its assurance; refresh tokens of an earlier one are void.
    var generation: Int64 = 0

    /// The session after these methods were used too.
    func raised(by methods: [String], at now: Instant) -> SessionRecord {
        SessionRecord(
            id: id, account: account, tenant: tenant, member: member, clientID: clientID,
            amr: amr + methods.filter { !amr.contains($0) }, authenticatedAt: now, lastUsedAt: now,
            expiresAt: expiresAt, endedAt: endedAt, generation: generation + 1)
    }

    /// Whether it can still be used at `now`.
    func isAlive(at now: Instant) -> Bool {
        endedAt == nil && now < livesUntil
    }

    /// The first moment at which it cannot be used any more.
    var livesUntil: Instant { endedAt ?? min(expiresAt, lastUsedAt.adding(SessionLimits.idle)) }

    /// What a proof is made of.
    var facts: SessionFacts {
        SessionFacts(
            id: id, account: account, tenant: tenant, member: member, amr: amr, authenticatedAt: authenticatedAt,
            livesUntil: livesUntil)
    }
}

/// Why a session ended; the words of the table.
enum SessionEnding: String, Sendable {
    case signOut = "sign-out"
    case refreshReuse = "refresh-reuse"
    case membershipEnded = "membership-ended"
    case tooMany = "too-many"
    case factorRemoved = "factor-removed"
    case endedByMember = "ended-by-member"
    /// Another sign-in in the same browser took its place.
    case renewed = "renewed"
    case codeReuse = "code-reuse"
    case tokenRevoked = "token-revoked"
    case applicationEnded = "application-ended"
    case passwordReset = "password-reset"  // pragma: allowlist secret
}

/// A refresh token as it is stored, beside the session that it belongs to.
struct StoredRefreshToken: Sendable {
    let id: UUIDv7
    let expiresAt: Instant
    let usedAt: Instant?
    let generation: Int64
    let session: SessionRecord
}
