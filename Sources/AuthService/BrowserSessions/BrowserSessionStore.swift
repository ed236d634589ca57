import Postgres
import SQLQuery
import WireFormat

/// All SQL about browser sessions. A global table, beside the sessions that it stands on.
enum BrowserSessionStore {
    /// The session of a cookie, locked until the transaction ends.
    static func locked(_ hash: [UInt8], tenant: TenantID) -> SQL {
        """
        SELECT s.*, b.id AS browser_session FROM browser_session b JOIN session s ON s.id = b.session
        WHERE b.token_hash = \(hash) AND s.tenant = \(tenant)
        FOR UPDATE OF s
        """
    }

    static func insert(_ id: UUIDv7, session: UUIDv7, hash: [UInt8], now: Instant) -> SQL {
        """
        INSERT INTO browser_session (id, token_hash, session, created_at)
        VALUES (\(id), \(hash), \(session), \(now))
        """
    }

    /// Another sign-in in the same browser, under another cookie; affects no row when one was quicker.
    static func renew(_ former: BrowserSession, session: UUIDv7, hash: [UInt8]) -> SQL {
        """
        UPDATE browser_session SET token_hash = \(hash), session = \(session)
        WHERE id = \(former.id) AND session = \(former.session.id)
        """
    }

    /// The browser's living sign-in and the living sessions that applications were given in it, locked in the order of
    /// their ids.
    static func lockFamily(_ browser: UUIDv7, tenant: TenantID) -> SQL {
        """
        SELECT s.* FROM session s
        WHERE s.tenant = \(tenant) AND s.ended_at IS NULL AND (
            s.id = (SELECT session FROM browser_session WHERE id = \(browser))
            OR s.id IN (SELECT session FROM application_session WHERE tenant = \(tenant) AND browser = \(browser)))
        ORDER BY s.id FOR UPDATE
        """
    }

    /// Browsers whose sign-in is over for so long that nobody asks any more.
    static func prune(before oldest: Instant) -> SQL {
        """
        DELETE FROM browser_session b USING session s
        WHERE s.id = b.session AND (s.ended_at < \(oldest) OR s.expires_at < \(oldest))
        """
    }
}
