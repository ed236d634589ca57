import PolicyCore
import PolicySQL
import Postgres
import SQLQuery
import WireFormat

/// A department.
struct Department: Sendable, Hashable {
    let id: UUIDv7
    let version: Int64
    let name: String
    let code: String?

    /// Reads a row of the store.
    init(_ row: Row) throws {
        id = try row.get("id")
        version = try row.get("version")
        name = try row.get("name")
        code = try row.get("code")
    }
}

/// All the SQL of departments; every SELECT and UPDATE carries the plan's predicate and the tenant.
struct DepartmentStore: Sendable {
    let tenant: TenantID
    let instant: Instant

    /// Where the attributes of `policies/department.yaml` are stored.
    static let filters = FilterRenderer(
        map: AttributeMap([
            "id": .init("d.id", .uuid), "name": .init("d.name", .text), "code": .init("d.code", .text),
        ]))

    /// The fields in the order of answers.
    static let fields = ["name", "code"]

    private static let columns: SQL = "d.id, d.version, d.name, d.code"

    /// One department, with the booleans of its field classes.
    func one(_ id: UUIDv7, _ gate: RowGate) -> SQL {
        """
        SELECT \(Self.columns), \(gate.readableClasses) AS readable, \(gate.writableClasses) AS writable
          FROM department d WHERE d.tenant = \(tenant) AND d.id = \(id) AND \(gate.rows.predicate)
        """
    }

    /// A page in the order of names.
    func page(_ gate: RowGate, after: (key: String, id: UUIDv7)?, limit: Int) -> SQL {
        let beyond: SQL = after.map { "(d.name_key, d.id) > (\($0.key), \($0.id))" } ?? "true"
        return """
            SELECT \(Self.columns), d.name_key, \(gate.readableClasses) AS readable, NULL::boolean[] AS writable
              FROM department d
             WHERE d.tenant = \(tenant) AND \(gate.rows.predicate) AND \(gate.reading(of: "name").predicate)
               AND \(beyond)
             ORDER BY d.name_key, d.id LIMIT \(limit + 1)
            """
    }

    /// The department whatever the caller may see of it: facts for a decision.
    func facts(of id: UUIDv7) -> SQL {
        "SELECT \(Self.columns) FROM department d WHERE d.tenant = \(tenant) AND d.id = \(id)"
    }

    /// Adds a department.
    func insert(_ id: UUIDv7, name: String, key: String, code: String?) -> SQL {
        """
        INSERT INTO department (tenant, id, name, name_key, code, created_at, updated_at)
        VALUES (\(tenant), \(id), \(name), \(key), \(code.sqlValue), \(instant), \(instant))
        """
    }

    /// Changes a department: only the version that was seen, and only where the plan lets it through.
    func update(_ id: UUIDv7, version: Int64, name: String, key: String, code: String?, _ gate: RowGate) -> SQL {
        """
        UPDATE department d
           SET version = d.version + 1, name = \(name), name_key = \(key), code = \(code.sqlValue), updated_at = \(instant)
         WHERE d.tenant = \(tenant) AND d.id = \(id) AND d.version = \(version) AND \(gate.rows.predicate)
        """
    }

    /// The departments of these folded names.
    func named(_ keys: [String]) -> SQL {
        "SELECT d.id, d.name_key FROM department d WHERE d.tenant = \(tenant) AND d.name_key = ANY (\(keys)::text[])"
    }

    /// Adds the departments that are not there yet.
    func insertMissing(_ ids: [UUIDv7], names: [String], keys: [String]) -> SQL {
        """
        INSERT INTO department (tenant, id, name, name_key, created_at, updated_at)
        SELECT \(tenant), n.id, n.name, n.key, \(instant), \(instant)
          FROM unnest(\(ids)::uuid[], \(names)::text[], \(keys)::text[]) AS n (id, name, key)
        ON CONFLICT ON CONSTRAINT department_name_unique DO NOTHING
        """
    }
}
