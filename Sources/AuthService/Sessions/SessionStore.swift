import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// All SQL about sessions and refresh tokens.
///
/// Locks are taken in one order everywhere: organisation, refresh token, session, member, revocation.
enum SessionStore {
    static func insert(_ session: SessionRecord, ip: String, device: DeviceInfo) -> SQL {
        """
        INSERT INTO session (id, account, tenant, member, client_id, amr, authenticated_at, last_used_at, expires_at,
                             ip, device, browser)
        VALUES (\(session.id), \(session.account), \(session.tenant), \(session.member), \(session.clientID),
                \(session.amr), \(session.authenticatedAt), \(session.lastUsedAt), \(session.expiresAt),
                \(ip), \(device.device), \(device.browser))
        """
    }

    static func insertRefreshToken(
        _ hash: [UInt8], of session: SessionRecord, parent: UUIDv7?, issuedAt: Instant, expiresAt: Instant
    ) -> SQL {
        """
        INSERT INTO refresh_token (tenant, id, session, token_hash, parent, issued_at, expires_at, generation)
        VALUES (\(session.tenant), \(UUIDv7.generate(at: issuedAt)), \(session.id), \(hash), \(parent.sqlValue), \(issuedAt),
                \(expiresAt), \(session.generation))
        """
    }

    /// A row when the account had a session before this one.
    static func earlier(than session: SessionRecord) -> SQL {
        "SELECT id FROM session WHERE account = \(session.account) AND id <> \(session.id) LIMIT 1"
    }

    /// The refresh token of this hash and its session, both locked until the transaction ends.
    static func refreshToken(_ hash: [UInt8], tenant: TenantID) -> SQL {
        """
        SELECT t.id AS token, t.expires_at AS token_expires_at, t.used_at, t.generation AS token_generation, s.*
        FROM refresh_token t JOIN session s ON s.id = t.session
        WHERE t.tenant = \(tenant) AND t.token_hash = \(hash) AND s.tenant = \(tenant)
        FOR UPDATE
        """
    }

    static func readRefreshToken(_ row: Row) throws -> StoredRefreshToken {
        StoredRefreshToken(
            id: try row.get("token"), expiresAt: try row.get("token_expires_at"), usedAt: try row.get("used_at"),
            generation: try row.get("token_generation"), session: try read(row))
    }

    static func read(_ row: Row) throws -> SessionRecord {
        SessionRecord(
            id: try row.get("id"), account: try row.get("account"), tenant: try row.get("tenant"),
            member: try row.get("member"), clientID: try row.get("client_id"), amr: try row.get("amr"),
            authenticatedAt: try row.get("authenticated_at"), lastUsedAt: try row.get("last_used_at"),
            expiresAt: try row.get("expires_at"), endedAt: try row.get("ended_at"),
            generation: try row.get("generation"))
    }

    static func useRefreshToken(_ id: UUIDv7, tenant: TenantID, now: Instant) -> SQL {
        "UPDATE refresh_token SET used_at = \(now) WHERE tenant = \(tenant) AND id = \(id) AND used_at IS NULL"
    }

    /// A row when the token of this hash follows `parent` and was not used. Asked with the parent locked, in a statement of
    /// its own, so that it sees what was inserted while the lock was waited for.
    static func unused(_ hash: [UInt8], after parent: UUIDv7, tenant: TenantID) -> SQL {
        """
        SELECT id FROM refresh_token
        WHERE tenant = \(tenant) AND parent = \(parent) AND token_hash = \(hash) AND used_at IS NULL
        """
    }

    /// Idle time begins anew, and its owner sees from where.
    static func touch(_ session: UUIDv7, ip: String, device: DeviceInfo, now: Instant) -> SQL {
        """
        UPDATE session SET last_used_at = \(now), ip = \(ip), device = \(device.device), browser = \(device.browser)
        WHERE id = \(session)
        """
    }

    /// A new level, and with it a new generation of tokens. The session is locked.
    static func raise(_ session: SessionRecord) -> SQL {
        """
        UPDATE session SET amr = \(session.amr), authenticated_at = \(session.authenticatedAt),
            last_used_at = \(session.lastUsedAt), generation = \(session.generation)
        WHERE id = \(session.id)
        """
    }

    /// A member's living sessions in the order of their ids.
    static func page(of member: UUIDv7, tenant: TenantID, after: UUIDv7?, limit: Int, now: Instant) -> SQL {
        let start: SQL = if let after { " AND id > \(after)" } else { "" }
        return """
            SELECT * FROM session
            WHERE tenant = \(tenant) AND member = \(member) AND ended_at IS NULL AND expires_at > \(now)
                AND last_used_at > \(now.adding(.zero - SessionLimits.idle))\(start)
            ORDER BY id LIMIT \(limit)
            """
    }

    /// The session, locked.
    static func locked(_ session: UUIDv7, tenant: TenantID) -> SQL {
        "SELECT * FROM session WHERE id = \(session) AND tenant = \(tenant) FOR UPDATE"
    }

    static func end(_ session: UUIDv7, because: SessionEnding, now: Instant) -> SQL {
        """
        UPDATE session SET ended_at = \(now), ended_because = \(because.rawValue)
        WHERE id = \(session) AND ended_at IS NULL
        """
    }

    /// Locks a member's sessions before the member's row is locked.
    static func lockAll(of member: UUIDv7, tenant: TenantID) -> SQL {
        """
        SELECT id FROM session WHERE tenant = \(tenant) AND member = \(member) AND ended_at IS NULL
        ORDER BY id FOR UPDATE
        """
    }

    static func endAll(of member: UUIDv7, tenant: TenantID, because: SessionEnding, now: Instant) -> SQL {
        """
        UPDATE session SET ended_at = \(now), ended_because = \(because.rawValue)
        WHERE tenant = \(tenant) AND member = \(member) AND ended_at IS NULL
        """
    }

    /// Whether a session can still be used, as ``Session/isAlive(at:)`` has it. No access token outlives that, so whatever
    /// has run out needs neither an end nor a revocation.
    static func isLiving(at now: Instant) -> SQL {
        "(ended_at IS NULL AND expires_at > \(now) AND last_used_at > \(now.adding(.zero - SessionLimits.idle)))"
    }

    /// Ends all of an account's living sessions, in every organisation; the rows are those that ended.
    static func endAll(ofAccount account: UUIDv7, because: SessionEnding, now: Instant) -> SQL {
        """
        UPDATE session SET ended_at = \(now), ended_because = \(because.rawValue)
        WHERE account = \(account) AND \(isLiving(at: now))
        RETURNING id, tenant
        """
    }

    /// Ends an account's living sessions beyond the most that it may have; the rows are those that ended. One that is
    /// locked is passed over: it is being used or ended just now, and a wait for it could cross a change of factors.
    static func endOldest(of account: UUIDv7, now: Instant) -> SQL {
        """
        UPDATE session SET ended_at = \(now), ended_because = \(SessionEnding.tooMany.rawValue)
        WHERE id IN (
            SELECT id FROM session WHERE ended_at IS NULL AND id IN (
                SELECT id FROM session WHERE account = \(account) AND \(isLiving(at: now))
                ORDER BY last_used_at DESC, id DESC OFFSET \(SessionLimits.mostLiving)
            )
            FOR UPDATE SKIP LOCKED
        )
        RETURNING id, tenant
        """
    }

    /// Sessions of a tenant whose time was over before `oldest`, with what hangs on them, at most so many.
    static func dropSessions(tenant: TenantID, before oldest: Instant, most: Int) -> SQL {
        """
        DELETE FROM session WHERE id IN (
            SELECT id FROM session WHERE tenant = \(tenant) AND expires_at < \(oldest) ORDER BY expires_at LIMIT \(most)
        )
        """
    }

    /// What can no longer be used, not even to detect a reuse: `oldest` is longer ago than a session lasts.
    static func dropExpired(tenant: TenantID, before oldest: Instant) -> SQL {
        "DELETE FROM refresh_token WHERE tenant = \(tenant) AND expires_at < \(oldest)"
    }
}
