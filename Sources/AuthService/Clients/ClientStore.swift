import Crypto
import Postgres
import SQLQuery
import WireFormat

/// All SQL about clients and their assertions. Global tables.
struct ClientStore: Sendable {
    let database: Database
    let system: SystemScope

    func find(_ id: UUIDv7) async throws -> Client? {
        let rows = try await database.query(
            system, "SELECT id, tenant, roles, jwks, not_before FROM client WHERE id = \(id) AND ended_at IS NULL")
        return try rows.first.map { row in
            guard let roles = Role.list(try row.get("roles")), let keys = try? ClientKeySet(wire: try row.get("jwks"))
            else { throw DamagedRow(table: "client") }
            return Client(
                id: try row.get("id"), tenant: try row.get("tenant"), roles: roles, keys: keys,
                notBefore: try row.get("not_before"))
        }
    }

    static func insert(_ client: Client, name: String, now: Instant) -> SQL {
        """
        INSERT INTO client (id, tenant, name, roles, jwks, created_at)
        VALUES (\(client.id), \(client.tenant), \(name), \(client.roles.map(\.name)), \(client.keys.wire), \(now))
        """
    }

    /// Takes note of an assertion: affects one row, once, however many present it at a time.
    static func use(_ assertion: ClientAssertion) -> SQL {
        """
        INSERT INTO client_assertion (client, jti_hash, expires_at)
        VALUES (\(assertion.client), \(Array(SHA256.hash(data: Array(assertion.jti.utf8)))),
                \(assertion.expires.adding(ClientAssertion.leeway + ClientAssertion.leeway)))
        ON CONFLICT DO NOTHING
        """
    }

    /// Assertions that are past their time anyway.
    func prune(now: Instant) async throws {
        try await database.execute(system, "DELETE FROM client_assertion WHERE expires_at < \(now)")
    }
}
