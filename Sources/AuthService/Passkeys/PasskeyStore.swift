import IdentityCore
import Postgres
import SQLQuery
import WebAuthn
import WireFormat

/// All SQL about passkeys and their challenges. Global tables.
struct PasskeyStore: Sendable {
    /// Finding the key in the drawer takes a while; a browser's own limit is set to the same.
    static let challengeLifetime: Duration = .seconds(300)
    /// WebAuthn L2 §13.4.3 asks for 16 at least.
    static let challengeBytes = 32

    let database: Database
    let system: SystemScope

    // MARK: Challenges

    /// - Parameter session: the one that steps up or registers; nil for a sign-in.
    static func insertChallenge(
        _ challenge: [UInt8], hash: [UInt8], session: UUIDv7?, organisation: TenantID?, now: Instant
    ) -> SQL {
        """
        INSERT INTO passkey_challenge (id, token_hash, challenge, session, organisation, expires_at)
        VALUES (\(UUIDv7.generate(at: now)), \(hash), \(challenge), \(session.sqlValue), \(organisation.sqlValue),
                \(now.adding(challengeLifetime)))
        """
    }

    /// A challenge to register a passkey in this session.
    static func insertRegistration(
        _ challenge: [UInt8], hash: [UInt8], by session: Session<AAL2, Fresh5m>, now: Instant
    ) -> SQL {
        insertChallenge(challenge, hash: hash, session: session.id, organisation: nil, now: now)
    }

    /// Takes a challenge, once, whatever comes of it; nil when it is unknown, taken, late or another session's.
    func takeChallenge(hash: [UInt8], session: UUIDv7?, now: Instant) async throws -> TakenChallenge? {
        let rows = try await database.query(
            system,
            """
            UPDATE passkey_challenge SET consumed_at = \(now)
            WHERE token_hash = \(hash) AND session IS NOT DISTINCT FROM \(session.sqlValue)::uuid
                AND consumed_at IS NULL AND expires_at > \(now)
            RETURNING challenge, organisation
            """)
        return try rows.first.map {
            TakenChallenge(challenge: try $0.get("challenge"), organisation: try $0.get("organisation"))
        }
    }

    /// Challenges that nobody can take any more.
    func prune(now: Instant) async throws {
        try await database.execute(system, "DELETE FROM passkey_challenge WHERE expires_at < \(now)")
    }

    // MARK: Passkeys

    /// The passkey of a credential id.
    func find(credentialID: [UInt8]) async throws -> Passkey? {
        try await database.query(system, "SELECT * FROM passkey WHERE credential_id = \(credentialID)").first
            .map(Self.read)
    }

    /// An account's passkeys, oldest first.
    static func all(of account: UUIDv7) -> SQL {
        "SELECT * FROM passkey WHERE account = \(account) ORDER BY id"
    }

    static func insert(
        _ id: UUIDv7, _ credential: Registration.Credential, transports: [String], name: String,
        by session: Session<AAL2, Fresh5m>, now: Instant
    ) -> SQL {
        """
        INSERT INTO passkey (id, account, credential_id, public_key, sign_count, aaguid, attestation, backup_eligible,
                             backed_up, transports, name, created_at)
        VALUES (\(id), \(session.account), \(credential.id), \(credential.key.cose), \(Int64(credential.signCount)),
                \(credential.aaguid), \(credential.attestation.rawValue), \(credential.isBackupEligible),
                \(credential.isBackedUp), \(transports), \(name), \(now))
        """
    }

    /// Affects one row, unless the passkey was removed or its counter moved meanwhile.
    static func use(_ passkey: Passkey, _ use: Authentication.Use, now: Instant) -> SQL {
        """
        UPDATE passkey SET sign_count = \(Int64(use.signCount)), backed_up = \(use.isBackedUp), last_used_at = \(now)
        WHERE id = \(passkey.id) AND sign_count = \(passkey.signCount)
        """
    }

    /// Affects one row, unless it is another account's or gone.
    static func remove(_ id: UUIDv7, by session: Session<AAL2, Fresh5m>) -> SQL {
        "DELETE FROM passkey WHERE id = \(id) AND account = \(session.account)"
    }

    /// How many second factors an account has besides one passkey: recovery codes are no factor to live on.
    static func otherFactors(than passkey: UUIDv7, of account: UUIDv7) -> SQL {
        """
        SELECT (SELECT count(*) FROM totp WHERE account = \(account))
             + (SELECT count(*) FROM passkey WHERE account = \(account) AND id <> \(passkey)) AS factors
        """
    }

    /// The account's sealed address.
    static func email(of account: UUIDv7) -> SQL {
        "SELECT email FROM account WHERE id = \(account)"
    }

    static func read(_ row: Row) throws -> Passkey {
        Passkey(
            id: try row.get("id"), account: try row.get("account"), credentialID: try row.get("credential_id"),
            publicKey: try row.get("public_key"), signCount: try row.get("sign_count"),
            isBackupEligible: try row.get("backup_eligible"), isBackedUp: try row.get("backed_up"),
            transports: try row.get("transports"), name: try row.get("name"), createdAt: try row.get("created_at"),
            lastUsedAt: try row.get("last_used_at"))
    }
}
