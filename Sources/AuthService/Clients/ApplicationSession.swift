import Postgres
import SQLQuery
import WireFormat

/// All SQL about what the sessions of applications stand on: a tenant table.
enum ApplicationSession {
    /// What a session's tokens are good for; nil for one of our own frontends, nothing for a session of an application
    /// that nobody agreed to.
    static func scopes(of session: SessionRecord, in transaction: Transaction) async throws -> [OpenIDScope]? {
        guard session.clientID != SessionCommands.firstPartyClient else { return nil }
        let rows = try await transaction.query(
            "SELECT scopes FROM application_session WHERE tenant = \(session.tenant) AND session = \(session.id)")
        return try rows.first.map { OpenIDScope.list(try $0.get("scopes")) } ?? []
    }

    static func insert(
        _ session: UUIDv7, tenant: TenantID, application: UUIDv7, browser: UUIDv7, scopes: [OpenIDScope]
    ) -> SQL {
        """
        INSERT INTO application_session (tenant, session, application, browser, scopes)
        VALUES (\(tenant), \(session), \(application), \(browser), \(scopes.map(\.rawValue)))
        """
    }

    /// Locks an application's living sessions in the order of their ids.
    static func lockAll(of application: UUIDv7, tenant: TenantID) -> SQL {
        """
        SELECT s.id FROM session s WHERE s.ended_at IS NULL AND s.id IN (
            SELECT session FROM application_session WHERE tenant = \(tenant) AND application = \(application))
        ORDER BY s.id FOR UPDATE
        """
    }

    /// Ends them all and voids their tokens. The last statement of a transaction, since it revokes. A token's `iat` is
    /// ahead of the clock when role changes crowded into one second, so the floor is a minute ahead too: nothing is
    /// issued in these sessions any more.
    static func endAll(of application: UUIDv7, tenant: TenantID, now: Instant) -> SQL {
        """
        WITH ended AS (
            UPDATE session SET ended_at = \(now), ended_because = \(SessionEnding.applicationEnded.rawValue)
            WHERE ended_at IS NULL AND id IN (
                SELECT session FROM application_session WHERE tenant = \(tenant) AND application = \(application))
            RETURNING id
        )
        INSERT INTO revocation (tenant, session, not_before)
        SELECT \(tenant), id, \(TokenFloor.raised(from: now.adding(.seconds(60)), now: now)) FROM ended
        """
    }

    /// The browser that a session was given in, and its application.
    static func origin(of session: UUIDv7, tenant: TenantID) -> SQL {
        """
        SELECT application, browser, scopes FROM application_session
        WHERE tenant = \(tenant) AND session = \(session)
        """
    }
}
