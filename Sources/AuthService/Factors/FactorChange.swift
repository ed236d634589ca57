import IdentityClient
import IdentityCore
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Leave to change an account's factors: a living session of somebody who used two factors within five minutes. It holds
/// the lock on all of the account's living sessions, so that changes of one account follow one another. Only ``begin(_:_:in:)`` makes one.
struct FactorChange: Sendable {
    /// What the `iat` of a token may be ahead of the clock by, when role changes crowded into one second.
    private static let floorMargin: Duration = .seconds(60)

    /// The session that asks. The statements that change factors take it, so that none of them runs without.
    let session: Session<AAL2, Fresh5m>
    /// All living sessions of the account, the asking one included.
    let sessions: [SessionRecord]

    private init(session: Session<AAL2, Fresh5m>, sessions: [SessionRecord]) {
        self.session = session
        self.sessions = sessions
    }

    /// - Throws: 401 `insufficient-user-authentication` (RFC 9470) to whoever has to sign in again first; 403 to agents,
    ///   clients, which have no factors, and applications.
    static func begin(
        _ token: AccessToken, _ parts: AuthParts, in transaction: Transaction
    ) async throws -> FactorChange {
        guard token.isOfOwnFrontend else { throw Problem.noFactors }
        let own = try await transaction.query(SessionStore.one(token.session, tenant: token.tenant))
        guard let asking = try own.first.map(SessionStore.read), asking.member == token.subject else {
            throw Problem.noFactors
        }
        let rows = try await transaction.query(SessionStore.lockLiving(of: asking.account))
        let sessions = try rows.map(SessionStore.read)
        // One that ended while the lock was waited for is not among the living.
        let record = sessions.first { $0.id == asking.id } ?? asking
        return FactorChange(session: try Session(proving: record.facts, at: parts.now()), sessions: sessions)
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
    /// - Throws: 403 for a client's token, which has no session, an agent's and an application's.
    func account(of token: AccessToken) async throws -> UUIDv7 {
        guard token.isOfOwnFrontend else { throw Problem.noFactors }
        let rows = try await parts.database.query(
            token.tenantScope, SessionStore.one(token.session, tenant: token.tenant))
        guard let session = try rows.first.map(SessionStore.read), session.member == token.subject else {
            throw Problem.noFactors
        }
        return session.account
    }
}

extension AccessToken {
    /// Whether its bearer is the person by way of our own frontend. Agents and other companies' applications act for
    /// people, with the scope `api` in all that they may do in this product, but not with their factors and sessions:
    /// an application could otherwise make itself a passkey, and an agent keep its owner out.
    var isOfOwnFrontend: Bool { act == nil && clientID == SessionCommands.firstPartyClient }
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
    /// A client, or an agent that acts for somebody.
    static let noFactors = Problem.forbidden(
        "no-factors", detail: "only a person who has signed in has factors to change")

    /// One factor has to stay.
    static let lastFactor = Problem.conflict(
        "last-factor", detail: "it is the account's last second factor; add another one first")
}
