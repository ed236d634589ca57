import Postgres
import SQLQuery
import WireFormat

/// A signing key as it is stored.
struct SigningKeyRecord: Sendable {
    let id: UUIDv7
    let publicJWK: RSAPublicJWK
    let sealedPrivateKey: [UInt8]
    let createdAt: Instant
    let activatesAt: Instant
    let retiresAt: Instant?
    let removesAt: Instant?
}

/// All SQL about signing keys. A global table.
struct SigningKeyStore: Sendable {
    /// What a rotation says to the other copies of the service.
    static let channel = ChannelName("auth_signing_key")

    let database: Database
    let system: SystemScope

    /// Every key that is not due for removal, oldest first.
    func all(at now: Instant) async throws -> [SigningKeyRecord] {
        let rows = try await database.query(system, Self.select(at: now))
        return try rows.map(Self.read)
    }

    /// Removes keys whose last token is long gone; their private halves with them.
    func prune(now: Instant) async throws {
        try await database.execute(system, "DELETE FROM signing_key WHERE removes_at <= \(now)")
    }

    // MARK: Statements of a rotation

    /// One rotation at a time, whichever copy of the service makes it.
    static let lock: SQL = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.signing_key', 0))"

    static func select(at now: Instant) -> SQL {
        """
        SELECT id, public_jwk, private_key, created_at, activates_at, retires_at, removes_at
        FROM signing_key WHERE removes_at IS NULL OR removes_at > \(now) ORDER BY activates_at, id
        """
    }

    static func insert(_ key: SigningKeyRecord) -> SQL {
        """
        INSERT INTO signing_key (id, kid, public_jwk, private_key, created_at, activates_at)
        VALUES (\(key.id), \(key.publicJWK.kid), \(key.publicJWK.wire), \(key.sealedPrivateKey), \(key.createdAt),
                \(key.activatesAt))
        """
    }

    /// Every earlier key stops signing when the new one begins.
    static func retire(before activation: Instant, except id: UUIDv7, removal: Instant) -> SQL {
        """
        UPDATE signing_key SET retires_at = greatest(activates_at, \(activation)), removes_at = \(removal)
        WHERE id <> \(id) AND retires_at IS NULL
        """
    }

    static let announce: SQL = "SELECT pg_notify('auth_signing_key', '')"

    static func read(_ row: Row) throws -> SigningKeyRecord {
        guard let jwk = RSAPublicJWK(wire: try row.get("public_jwk")) else { throw DamagedRow(table: "signing_key") }
        return SigningKeyRecord(
            id: try row.get("id"), publicJWK: jwk, sealedPrivateKey: try row.get("private_key"),
            createdAt: try row.get("created_at"), activatesAt: try row.get("activates_at"),
            retiresAt: try row.get("retires_at"), removesAt: try row.get("removes_at"))
    }
}

/// A stored row that this service cannot have written: refused, not repaired.
struct DamagedRow: Error, Sendable {
    let table: StaticString
}
