import Foundation
import WireFormat

/// What somebody with access to PostgreSQL could try on the log, by PostgreSQL's own `psql`.
struct DatabaseAttack: Sendable {
    /// Where the installation keeps its database URLs.
    let directory: DataDirectory

    /// What PostgreSQL says when AuditService's own role runs a statement that it must not.
    func refusal(of statement: String) async throws -> String {
        do {
            _ = try await psql(as: "audit", statement)
        } catch let failure as StepFailure {
            let error = failure.description.split(separator: "\n").first { $0.contains("ERROR:") } ?? "no error"
            try require(error.contains("permission denied"), "permission denied for `\(statement)`, not \(error)")
            return "\(statement.prefix(while: { $0 != " " })): \(error.drop(while: { $0 != ":" }).dropFirst(2))"
        }
        throw StepFailure(description: "expected PostgreSQL to refuse `\(statement)`")
    }

    /// Alters one event as a superuser can who switches triggers off, and returns its id.
    func alterOneEvent(of tenant: TenantID) async throws -> String {
        let chosen = try await psql(
            as: "superuser",
            "SELECT id FROM audit.event_body WHERE tenant = '\(tenant)' AND action = 'employee.update' AND outcome = 'allowed' LIMIT 1"
        )
        let id = try require(UUIDv7(chosen.trimmingCharacters(in: .whitespacesAndNewlines)), "an event to alter")
        _ = try await psql(
            as: "superuser",
            """
            DO $$ DECLARE part regclass; BEGIN
              FOR part IN SELECT relid FROM pg_partition_tree('audit.event_body') LOOP
                EXECUTE format('ALTER TABLE %s DISABLE TRIGGER ALL', part);
              END LOOP;
            END $$;
            UPDATE audit.event_body SET body = replace(body, '"outcome":"allowed"', '"outcome":"refused"')
             WHERE tenant = '\(tenant)' AND id = '\(id)';
            DO $$ DECLARE part regclass; BEGIN
              FOR part IN SELECT relid FROM pg_partition_tree('audit.event_body') LOOP
                EXECUTE format('ALTER TABLE %s ENABLE TRIGGER ALL', part);
              END LOOP;
            END $$;
            """)
        return id.text
    }

    private func psql(as name: String, _ statements: String) async throws -> String {
        let file = directory.databaseURL(name)
        let url = String(decoding: try require(try directory.read(file), "a database URL in \(file)"), as: UTF8.self)
        // postgres://role:password@/database?host=socket, as `PrivateCluster` writes it.
        let parts = try require(
            url.firstMatch(of: #/postgres://(?<user>[^:]+):(?<password>[^@]+)@/(?<database>[^?]+)\?host=(?<host>.+)/#),
            "the URL of a private cluster in \(file)")
        return try await ForeignTools.run(
            "psql",
            [
                "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1", "--host",
                String(parts.host), "--username", String(parts.user), "--dbname", String(parts.database), "--command",
                statements,
            ], secrets: ["PGPASSWORD": String(parts.password)])
    }
}
