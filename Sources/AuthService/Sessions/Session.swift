import ServiceKit
import WireFormat

/// How long a session lasts. An organisation will be able to lower both.
enum SessionLimits {
    /// After its last use: a sign-in or a refresh.
    static let idle: Duration = .seconds(30 * 60)
    /// After its sign-in; no rotation extends it.
    static let absolute: Duration = .seconds(12 * 3600)
}

/// A signed-in account in one organisation.
struct Session: Sendable {
    let id: UUIDv7
    let account: UUIDv7
    let tenant: TenantID
    let member: UUIDv7
    let clientID: String
    let amr: [String]
    let authenticatedAt: Instant
    let lastUsedAt: Instant
    let expiresAt: Instant
    let endedAt: Instant?

    /// Whether it can still be used at `now`.
    func isAlive(at now: Instant) -> Bool {
        endedAt == nil && now < expiresAt && now < lastUsedAt.adding(SessionLimits.idle)
    }
}

/// Why a session ended; the words of the table.
enum SessionEnding: String, Sendable {
    case signOut = "sign-out"
    case refreshReuse = "refresh-reuse"
    case membershipEnded = "membership-ended"
    case factorRemoved = "factor-removed"
    case passwordReset = "password-reset"  // pragma: allowlist secret
}

/// A refresh token as it is stored, beside the session that it belongs to.
struct StoredRefreshToken: Sendable {
    let id: UUIDv7
    let expiresAt: Instant
    let usedAt: Instant?
    let session: Session
}
