import IdentityClient
import Postgres
import SQLQuery
import WireFormat

/// All SQL about revocations. The table numbers its rows in commit order (migration 0005).
struct RevocationStore: Sendable {
    /// How long a notice is kept: no token that it voids lives longer, with skew and a margin.
    static let retention: Duration = AccessTokenIssuer.lifetime + .seconds(300)

    let database: Database
    let system: SystemScope

    /// The notices after `position`, in order, at most a page of them.
    ///
    /// A position is never skipped: rows get theirs in commit order, so whatever commits after this read is numbered
    /// after what it saw.
    func page(after position: Int64) async throws -> RevocationPage {
        let most = RevocationPage.mostNotices
        let rows = try await database.query(
            system,
            """
            SELECT r.position, r.tenant, r.member, r.session, r.not_before, s.last_value
            FROM revocation_position s
            LEFT JOIN (
                SELECT * FROM revocation WHERE position > \(position) ORDER BY position LIMIT \(most + 1)
            ) r ON true
            ORDER BY r.position
            """)
        // A reader that is ahead of the sequence has seen a database that was restored since: it starts over.
        if let newest = try rows.first?.get("last_value", as: Int64.self), newest < position, position > 1 {
            return RevocationPage(through: 0, more: true, notices: [])
        }
        let notices = try rows.compactMap(Self.notice)
        let page = Array(notices.prefix(most))
        return RevocationPage(
            through: page.last?.position ?? position, more: notices.count > most, notices: page)
    }

    /// Removes what no living token can fall under.
    func prune(now: Instant) async throws {
        let oldest = now.adding(.zero - Self.retention)
        try await database.execute(
            system, "DELETE FROM revocation WHERE raised_at < \(oldest) AND not_before < \(oldest)")
    }

    // MARK: Statements of the changes that void tokens; each is the last of its transaction

    /// Voids a member's tokens, or a client's, from before `notBefore`. Run last: it takes the lock that orders
    /// revocations, which is held until the transaction ends.
    static func revoke(member: UUIDv7, of tenant: TenantID, notBefore: Instant) -> SQL {
        "INSERT INTO revocation (tenant, member, not_before) VALUES (\(tenant), \(member), \(notBefore))"
    }

    /// Voids a session's tokens from before `notBefore`. Run last.
    static func revoke(session: UUIDv7, of tenant: TenantID, notBefore: Instant) -> SQL {
        "INSERT INTO revocation (tenant, session, not_before) VALUES (\(tenant), \(session), \(notBefore))"
    }

    /// Voids the tokens of many sessions from before `notBefore`, in one statement. Run last.
    static func revoke(sessions: [(id: UUIDv7, tenant: TenantID)], notBefore: Instant) -> SQL {
        """
        INSERT INTO revocation (tenant, session, not_before)
        SELECT tenant, session, \(notBefore)
        FROM unnest(\(sessions.map { $0.tenant.text })::text[], \(sessions.map { $0.id.text })::uuid[]) AS ended (tenant, session)
        """
    }

    private static func notice(_ row: Row) throws -> RevocationNotice? {
        guard let position: Int64 = try row.get("position", as: Int64?.self) else { return nil }
        let tenant: TenantID = try row.get("tenant")
        let notBefore: Instant = try row.get("not_before")
        if let member: UUIDv7 = try row.get("member", as: UUIDv7?.self) {
            return RevocationNotice(
                position: position, tenant: tenant, target: .member(tenant, member), notBefore: notBefore)
        }
        return RevocationNotice(
            position: position, tenant: tenant, target: .session(try row.get("session")), notBefore: notBefore)
    }
}
