import Postgres
import SQLQuery
import WireFormat

/// Sessions of one account that a transaction has ended, in whatever organisations, and whose tokens are still to be
/// voided: by ``revocation``, the last statement of that transaction.
struct EndedSessions: Sendable {
    /// What the `iat` of a token may be ahead of the clock by, when role changes crowded into one second.
    private static let floorMargin: Duration = .seconds(60)

    /// Each with its organisation.
    private let sessions: [(id: UUIDv7, tenant: TenantID)]
    private let now: Instant

    /// How many.
    var count: Int { sessions.count }

    /// Ends all that live, as they are now: those too that opened since the transaction began.
    static func endAll(
        of account: UUIDv7, because ending: SessionEnding, at now: Instant, in transaction: Transaction
    ) async throws -> EndedSessions {
        try await ended(SessionStore.endAll(ofAccount: account, because: ending, now: now), at: now, in: transaction)
    }

    /// Ends those beyond ``SessionLimits/mostLiving``, the one that was used least lately first.
    static func endOldest(of account: UUIDv7, at now: Instant, in transaction: Transaction) async throws
        -> EndedSessions
    {
        try await ended(SessionStore.endOldest(of: account, now: now), at: now, in: transaction)
    }

    private static func ended(_ statement: SQL, at now: Instant, in transaction: Transaction) async throws
        -> EndedSessions
    {
        let rows = try await transaction.query(statement)
        return EndedSessions(sessions: try rows.map { (id: try $0.get("id"), tenant: try $0.get("tenant")) }, now: now)
    }

    private init(sessions: [(id: UUIDv7, tenant: TenantID)], now: Instant) {
        self.sessions = sessions
        self.now = now
    }

    /// Voids whatever tokens they were given. No session comes back, so none is issued after this.
    var revocation: [SQL] {
        guard !sessions.isEmpty else { return [] }
        let floor = TokenFloor.raised(from: now.adding(Self.floorMargin), now: now)
        return [RevocationStore.revoke(sessions: sessions, notBefore: floor)]
    }
}
