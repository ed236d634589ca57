import Postgres
import SQLQuery
import WireFormat

/// All SQL about invitations and enrolments: tenant tables.
enum InvitationStore {
    static func insert(
        _ id: UUIDv7, tenant: TenantID, member: UUIDv7, _ link: MailedLink, by inviter: UUIDv7?, now: Instant
    ) -> SQL {
        """
        INSERT INTO invitation (tenant, id, member, token_hash, invited_by, created_at, expires_at)
        VALUES (\(tenant), \(id), \(member), \(link.hash), \(inviter.sqlValue), \(now), \(link.expires))
        """
    }

    /// A newer invitation, or the end of the membership, voids the older ones and what they led to.
    static func voidAll(of member: UUIDv7, tenant: TenantID, now: Instant) -> SQL {
        """
        WITH enrolments AS (
            UPDATE enrolment SET consumed_at = \(now)
            WHERE tenant = \(tenant) AND member = \(member) AND consumed_at IS NULL
        )
        UPDATE invitation SET consumed_at = \(now)
        WHERE tenant = \(tenant) AND member = \(member) AND consumed_at IS NULL
        """
    }

    /// Counts an attempt before anything is looked at; no row when the invitation takes none.
    static func attempt(hash: [UInt8], tenant: TenantID, now: Instant) -> SQL {
        """
        UPDATE invitation i SET attempts = attempts + 1
        FROM member m
        WHERE i.tenant = \(tenant) AND i.token_hash = \(hash) AND i.consumed_at IS NULL AND i.expires_at > \(now)
            AND i.attempts < \(Invitation.mostAttempts)
            AND m.tenant = i.tenant AND m.id = i.member AND m.status = 'invited'
        RETURNING i.id, i.member, m.email
        """
    }

    /// An attempt that guessed at nothing.
    static func takeBackAttempt(_ id: UUIDv7, tenant: TenantID) -> SQL {
        """
        UPDATE invitation SET attempts = attempts - 1
        WHERE tenant = \(tenant) AND id = \(id) AND attempts > 0
        """
    }

    /// Affects one row, once.
    static func consume(_ id: UUIDv7, tenant: TenantID, now: Instant) -> SQL {
        """
        UPDATE invitation SET consumed_at = \(now)
        WHERE tenant = \(tenant) AND id = \(id) AND consumed_at IS NULL AND expires_at > \(now)
        """
    }

    static func insert(_ enrolment: Enrolment, hash: [UInt8], now: Instant) -> SQL {
        """
        INSERT INTO enrolment (tenant, id, member, account, is_new, token_hash, password_hash, secret, expires_at)
        VALUES (\(enrolment.tenant), \(enrolment.id), \(enrolment.member), \(enrolment.account),
                \(enrolment.credentials != nil), \(hash), \((enrolment.credentials?.passwordHash).sqlValue),
                \((enrolment.credentials?.sealedSecret).sqlValue), \(now.adding(Enrolment.lifetime)))
        """
    }

    /// Counts an attempt before the code is looked at; no row when the enrolment takes none.
    static func attemptEnrolment(hash: [UInt8], tenant: TenantID, now: Instant) -> SQL {
        """
        UPDATE enrolment e SET attempts = attempts + 1
        FROM member m
        WHERE e.tenant = \(tenant) AND e.token_hash = \(hash) AND e.consumed_at IS NULL AND e.expires_at > \(now)
            AND e.attempts < \(Enrolment.mostAttempts)
            AND m.tenant = e.tenant AND m.id = e.member AND m.status = 'invited'
        RETURNING e.id, e.member, e.account, e.password_hash, e.secret, m.email
        """
    }

    static func readEnrolment(_ row: Row, tenant: TenantID) throws -> Enrolment {
        let hash: String? = try row.get("password_hash")
        let secret: [UInt8]? = try row.get("secret")
        let credentials: Enrolment.Credentials? =
            if let hash, let secret { Enrolment.Credentials(passwordHash: hash, sealedSecret: secret) } else { nil }
        return Enrolment(
            tenant: tenant, id: try row.get("id"), member: try row.get("member"), account: try row.get("account"),
            credentials: credentials)
    }

    static func dropExpired(tenant: TenantID, before oldest: Instant) -> [SQL] {
        [
            "DELETE FROM enrolment WHERE tenant = \(tenant) AND expires_at < \(oldest)",
            "DELETE FROM invitation WHERE tenant = \(tenant) AND expires_at < \(oldest)",
        ]
    }

    /// Affects one row, once. The password's hash and the secret go: the account has its own now.
    static func consumeEnrolment(_ id: UUIDv7, tenant: TenantID) -> SQL {
        "DELETE FROM enrolment WHERE tenant = \(tenant) AND id = \(id) AND consumed_at IS NULL"
    }
}
