import KeyVault
import Postgres
import SQLQuery
import WireFormat

/// All peppers of this installation. A global table has those after the first.
struct PasswordPeppers: Sendable {
    let database: Database
    let vault: KeyVault
    let system: SystemScope

    /// All, the newest last. Read each time: a copy that did not know the newest could check no hash that names it, and
    /// beside bcrypt the read costs nothing.
    func all() async throws -> [PasswordPepper] {
        var peppers = [try await vault.pepper(scope: system)]
        let rows = try await database.query(system, "SELECT version, id, key FROM password_pepper ORDER BY version")
        for row in rows {
            peppers.append(
                try await vault.pepper(version: row.get("version"), sealed: row.get("key"), context(row.get("id"))))
        }
        return peppers
    }

    /// The one that new hashes are made with.
    func newest() async throws -> PasswordPepper? { try await all().last }

    /// A new key, sealed before the transaction that adds it.
    func sealNew(_ id: UUIDv7) async throws -> [UInt8] { try await vault.sealNewPepper(context(id)) }

    private func context(_ id: UUIDv7) -> SealContext {
        SealContext(system, table: "password_pepper", column: "key", row: id)
    }

    /// Adds the next one; the row has its version.
    static func insert(_ id: UUIDv7, sealed: [UInt8], now: Instant) -> SQL {
        """
        INSERT INTO password_pepper (version, id, key, created_at)
        SELECT coalesce(max(version), 1) + 1, \(id), \(sealed), \(now) FROM password_pepper RETURNING version
        """
    }

    /// How many accounts have a keyed hash of an older pepper.
    static func older(than version: Int) -> SQL {
        """
        SELECT count(*) AS accounts FROM account
        WHERE password_hash LIKE '$p%' AND NOT starts_with(password_hash, \("$p\(version)$"))
        """
    }
}
