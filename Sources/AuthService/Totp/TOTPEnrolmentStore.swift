import IdentityCore
import KeyVault
import Postgres
import SQLQuery
import WireFormat

/// A new authenticator app, an attempt counted.
struct TOTPEnrolment: Sendable {
    let id: UUIDv7
    let account: UUIDv7
    let sealedSecret: [UInt8]
}

/// All SQL about apps that have not proved themselves yet. A global table.
struct TOTPEnrolmentStore: Sendable {
    let database: Database
    let system: SystemScope

    static func insert(
        _ enrolment: TOTPEnrolment, hash: [UInt8], by session: Session<AAL2, Fresh5m>, now: Instant
    ) -> SQL {
        """
        INSERT INTO totp_enrolment (id, token_hash, account, session, secret, expires_at)
        VALUES (\(enrolment.id), \(hash), \(session.account), \(session.id), \(enrolment.sealedSecret),
                \(now.adding(Enrolment.lifetime)))
        """
    }

    /// Counts an attempt before the code is looked at; nil when the enrolment takes none, or is another session's.
    func attempt(hash: [UInt8], session: UUIDv7, now: Instant) async throws -> TOTPEnrolment? {
        let rows = try await database.query(
            system,
            """
            UPDATE totp_enrolment SET attempts = attempts + 1
            WHERE token_hash = \(hash) AND session = \(session) AND consumed_at IS NULL AND expires_at > \(now)
                AND attempts < \(Enrolment.mostAttempts)
            RETURNING id, account, secret
            """)
        return try rows.first.map {
            TOTPEnrolment(id: try $0.get("id"), account: try $0.get("account"), sealedSecret: try $0.get("secret"))
        }
    }

    /// Affects one row, once.
    static func consume(_ id: UUIDv7, now: Instant) -> SQL {
        "UPDATE totp_enrolment SET consumed_at = \(now) WHERE id = \(id) AND consumed_at IS NULL"
    }

    /// Whether the account has a factor that a new one replaces.
    static func present(_ account: UUIDv7) -> SQL { "SELECT account FROM totp WHERE account = \(account)" }

    /// The account's one app. The step of the code that confirmed it counts as used.
    static func replace(
        secret: [UInt8], lastStep: Int64, by session: Session<AAL2, Fresh5m>, now: Instant
    ) -> SQL {
        """
        INSERT INTO totp (account, secret, last_step, confirmed_at)
        VALUES (\(session.account), \(secret), \(lastStep), \(now))
        ON CONFLICT (account) DO UPDATE
        SET secret = excluded.secret, last_step = excluded.last_step, confirmed_at = excluded.confirmed_at
        """
    }

    /// Enrolments that nobody can finish any more.
    func prune(now: Instant) async throws {
        try await database.execute(system, "DELETE FROM totp_enrolment WHERE expires_at < \(now)")
    }
}

extension IdentitySecrets {
    /// Under the account's own key.
    func sealNewTOTPSecret(_ secret: [UInt8], enrolment: UUIDv7, account: UUIDv7) async throws -> [UInt8] {
        try await vault.seal(
            secret, SealContext(system, table: "totp_enrolment", column: "secret", row: enrolment), person: account)
    }

    /// What ``sealNewTOTPSecret(_:enrolment:account:)`` sealed.
    func openNewTOTPSecret(_ enrolment: TOTPEnrolment) async throws -> [UInt8] {
        try await vault.open(
            enrolment.sealedSecret,
            SealContext(system, table: "totp_enrolment", column: "secret", row: enrolment.id))
    }
}
