import Postgres
import SQLQuery
import WireFormat

/// All SQL about password resets. A global table.
struct PasswordResetStore: Sendable {
    let database: Database
    let system: SystemScope

    /// The reset of this token while it is good. Reading it uses nothing up.
    func find(hash: [UInt8], now: Instant) async throws -> PasswordReset? {
        let rows = try await database.query(
            system,
            """
            SELECT r.id, r.account, a.email FROM password_reset r JOIN account a ON a.id = r.account
            WHERE r.token_hash = \(hash) AND r.consumed_at IS NULL AND r.expires_at > \(now)
            """)
        return try rows.first.map { row in
            PasswordReset(id: try row.get("id"), account: try row.get("account"), sealedEmail: try row.get("email"))
        }
    }

    /// Resets that nobody can use any more.
    func prune(now: Instant) async throws {
        try await database.execute(system, "DELETE FROM password_reset WHERE expires_at < \(now)")
    }

    // MARK: Statements of transactions

    /// Makes resets of one account wait for each other.
    static func lock(account: UUIDv7) -> SQL { "SELECT id FROM account WHERE id = \(account) FOR UPDATE" }

    /// A newer link voids the older ones.
    static func voidAll(of account: UUIDv7, now: Instant) -> SQL {
        "UPDATE password_reset SET consumed_at = \(now) WHERE account = \(account) AND consumed_at IS NULL"
    }

    static func insert(_ id: UUIDv7, account: UUIDv7, _ link: MailedLink, now: Instant) -> SQL {
        """
        INSERT INTO password_reset (id, account, token_hash, created_at, expires_at)
        VALUES (\(id), \(account), \(link.hash), \(now), \(link.expires))
        """
    }

    /// Affects one row, once, and none when it was voided or its time is over.
    static func consume(_ id: UUIDv7, now: Instant) -> SQL {
        """
        UPDATE password_reset SET consumed_at = \(now)
        WHERE id = \(id) AND consumed_at IS NULL AND expires_at > \(now)
        """
    }
}
