import IdentityClient
import IdentityCore
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Leave to change an account's factors: a living session of somebody who used two factors within five minutes. It holds
/// the lock on all of the account's living sessions, so that changes of one account follow one another. Only ``begin(_:_:in:)`` makes one.
struct FactorChange: Sendable {
    /// The session that asks. The statements that change factors take it, so that none of them runs without.
    let session: Session<AAL2, Fresh5m>

    private init(session: Session<AAL2, Fresh5m>) {
        self.session = session
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
        let now = parts.now()
        let rows = try await transaction.query(SessionStore.lockLiving(of: asking.account, at: now))
        // One that ended while the lock was waited for is not among the living.
        guard let record = try rows.map(SessionStore.read).first(where: { $0.id == asking.id }) else {
            throw InsufficientAuthentication(
                demand: AuthenticationDemand(level: AAL2.level, maximumAge: Fresh5m.maximumAge))
        }
        return FactorChange(session: try Session(proving: record.facts, at: parts.now()))
    }

    /// Ends every living session of the account: what a session was opened with has just gone.
    ///
    /// INVARIANT: run after the statement that takes the factor away. A sign-in that uses the factor holds its row until
    /// it has opened a session, and that one is none of those which ``begin(_:_:in:)`` has locked.
    func endSessions(at now: Instant, in transaction: Transaction) async throws -> EndedSessions {
        try await EndedSessions.endAll(of: session.account, because: .factorRemoved, at: now, in: transaction)
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
    static func lockLiving(of account: UUIDv7, at now: Instant) -> SQL {
        "SELECT * FROM session WHERE account = \(account) AND \(isLiving(at: now)) ORDER BY id FOR UPDATE"
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
