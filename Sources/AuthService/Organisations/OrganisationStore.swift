import Postgres
import SQLQuery
import WireFormat

/// An organisation: a tenant.
struct Organisation: Sendable {
    let id: UUIDv7
    let name: String
    let createdAt: Instant
}

/// All SQL about organisations. A global table: the register of tenants.
struct OrganisationStore: Sendable {
    let database: Database
    let system: SystemScope

    func find(_ tenant: TenantID) async throws -> Organisation? {
        let rows = try await database.query(
            system, "SELECT id, name, created_at FROM organisation WHERE id = \(UUIDv7(tenant.text).sqlValue)")
        return try rows.first.map { row in
            Organisation(id: try row.get("id"), name: try row.get("name"), createdAt: try row.get("created_at"))
        }
    }

    /// These organisations, by name.
    func named(_ tenants: [TenantID]) async throws -> [Organisation] {
        let ids = tenants.compactMap { UUIDv7($0.text) }
        let rows = try await database.query(
            system, "SELECT id, name, created_at FROM organisation WHERE id = ANY (\(ids)) ORDER BY name, id")
        return try rows.map { row in
            Organisation(id: try row.get("id"), name: try row.get("name"), createdAt: try row.get("created_at"))
        }
    }

    /// Some organisations, in the order of their ids.
    func ids(after position: UUIDv7?, most: Int) async throws -> [UUIDv7] {
        let start: SQL = if let position { "WHERE id > \(position)" } else { "" }
        let rows = try await database.query(
            system, "SELECT id FROM organisation \(start) ORDER BY id LIMIT \(most)")
        return try rows.map { try $0.get("id") }
    }

    static func insert(_ organisation: Organisation) -> SQL {
        """
        INSERT INTO organisation (id, name, created_at)
        VALUES (\(organisation.id), \(organisation.name), \(organisation.createdAt))
        """
    }
}
