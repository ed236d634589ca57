import IdentityClient
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Leave to change an account's factors: a living session of somebody who signed in with two factors within five
/// minutes. It holds the lock on all of the account's living sessions, so that changes of one account follow one another.
/// Only ``begin(_:_:in:)`` makes one.
struct FactorChange: Sendable {
    /// How old the sign-in may be: a person at the keyboard, not whoever finds the open laptop after lunch.
    static let freshness: Duration = .seconds(300)
    /// What the `iat` of a token may be ahead of the clock by, when role changes crowded into one second.
    private static let floorMargin: Duration = .seconds(60)

    /// The session that asks.
    let session: Session
    /// All living sessions of the account, the asking one included.
    let sessions: [Session]

    private init(session: Session, sessions: [Session]) {
        self.session = session
        self.sessions = sessions
    }

    /// - Throws: 401 `insufficient-user-authentication` (RFC 9470) to whoever has to sign in again first; 403 to agents
    ///   and clients, which have no factors.
    static func begin(
        _ token: AccessToken, _ parts: AuthParts, in transaction: Transaction
    ) async throws -> FactorChange {
        guard token.act == nil else { throw Problem.noFactors }
        let own = try await transaction.query(SessionStore.one(token.session, tenant: token.tenant))
        guard let asking = try own.first.map(SessionStore.read), asking.member == token.subject else {
            throw Problem.noFactors
        }
        let rows = try await transaction.query(SessionStore.lockLiving(of: asking.account))
        let sessions = try rows.map(SessionStore.read)
        let now = parts.now()
        guard let session = sessions.first(where: { $0.id == asking.id }), session.isAlive(at: now),
            session.amr.contains("mfa"), now < session.authenticatedAt.adding(freshness)
        else { throw Problem.insufficientAuthentication(maxAge: freshness) }
        return FactorChange(session: session, sessions: sessions)
    }

    /// Ends every living session of the account: what a session was opened with may just have gone. The last statements
    /// of a transaction, since revocations are.
    func endingSessions(at now: Instant) -> [SQL] {
        sessions.map { SessionStore.end($0.id, because: .factorRemoved, now: now) }
            + sessions.map {
                RevocationStore.revoke(
                    session: $0.id, of: $0.tenant,
                    notBefore: TokenFloor.raised(from: now.adding(Self.floorMargin), now: now))
            }
    }
}

extension SessionCommands {
    /// Whose token it is.
    ///
    /// - Throws: 403 for a client's token, which has no session.
    func account(of token: AccessToken) async throws -> UUIDv7 {
        let rows = try await parts.database.query(
            token.tenantScope, SessionStore.one(token.session, tenant: token.tenant))
        guard let session = try rows.first.map(SessionStore.read), session.member == token.subject else {
            throw Problem.noFactors
        }
        return session.account
    }
}

extension SessionStore {
    /// The session, not locked.
    static func one(_ session: UUIDv7, tenant: TenantID) -> SQL {
        "SELECT * FROM session WHERE id = \(session) AND tenant = \(tenant)"
    }

    /// All living sessions of an account, in whatever organisation, locked in the order of their ids.
    static func lockLiving(of account: UUIDv7) -> SQL {
        "SELECT * FROM session WHERE account = \(account) AND ended_at IS NULL ORDER BY id FOR UPDATE"
    }
}

extension Problem {
    /// The sign-in is too old, or was too weak (RFC 9470 §3).
    static func insufficientAuthentication(maxAge: Duration) -> Problem {
        let seconds = maxAge.components.seconds
        return Problem(
            .unauthorized, "insufficient-user-authentication", title: "Sign in again first",
            detail: "this needs a sign-in with two factors within the last \(seconds) seconds",
            headers: [
                .wwwAuthenticate: "Bearer error=\"insufficient_user_authentication\", max_age=\"\(seconds)\""
            ])
    }

    /// A client, or an agent that acts for somebody.
    static let noFactors = Problem.forbidden(
        "no-factors", detail: "only a person who has signed in has factors to change")

    /// One factor has to stay.
    static let lastFactor = Problem.conflict(
        "last-factor", detail: "it is the account's last second factor; add another one first")
}
