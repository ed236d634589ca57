import FoundationEssentials
import Glibc
@_spi(ScopeMinting) import Postgres
import SQLQuery
import TestSupport
import WireFormat

/// A tenant table and a global one in the schema of HRService, as its migrations would make them.
enum NoteFixture {
    static let script = """
        CREATE TABLE note (
            tenant text NOT NULL,
            id uuid NOT NULL,
            body text NOT NULL,
            PRIMARY KEY (tenant, id)
        );
        ALTER TABLE note ENABLE ROW LEVEL SECURITY;
        ALTER TABLE note FORCE ROW LEVEL SECURITY;
        CREATE POLICY tenant_isolation ON note
            USING (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')))
            WITH CHECK (tenant = (SELECT nullif(current_setting('bailiwick.tenant', true), '')));
        GRANT SELECT, INSERT, UPDATE, DELETE ON note TO bailiwick_hr;

        CREATE TABLE counter (name text PRIMARY KEY, value bigint NOT NULL CHECK (value >= 0));
        COMMENT ON TABLE counter IS 'global: counts for tests';
        GRANT SELECT, INSERT, UPDATE, DELETE ON counter TO bailiwick_hr;

        CREATE TABLE pair (a integer, b integer, UNIQUE (a) DEFERRABLE INITIALLY DEFERRED);
        COMMENT ON TABLE pair IS 'global: a constraint that speaks at the commit';
        GRANT SELECT, INSERT ON pair TO bailiwick_hr;
        """

    /// The folder lives as long as the test process, because databases are copied from a template made of it.
    private static let folder: MigrationFolder = {
        atexit { NoteFixture.folder.remove() }
        return MigrationFolder(["0001_create_note.sql": script])
    }()

    static func make() async throws -> TestDatabase {
        try await TestDatabase.make(schemas: [.hr], migrating: [folder.set])
    }

    /// One database for all tests of a suite, which keep out of each other's way by their tenants.
    static func shared(by suite: String) async throws -> TestDatabase { try await shelf.database(for: suite) }

    private static let shelf = Shelf()

    private actor Shelf {
        private var databases: [String: Task<TestDatabase, any Error>] = [:]

        func database(for suite: String) async throws -> TestDatabase {
            let task = databases[suite] ?? Task { try await NoteFixture.make() }
            databases[suite] = task
            return try await task.value
        }
    }

    /// A scope of a new tenant.
    static func tenant() -> TenantScope { TenantScope(tenant: TenantID(.generate())) }

    /// Writes a note of the tenant.
    static func write(_ body: String, _ scope: TenantScope, in database: Database) async throws {
        try await database.execute(
            scope, "INSERT INTO note (tenant, id, body) VALUES (\(scope.tenant), \(UUIDv7.generate()), \(body))")
    }

    /// All notes that a statement sees when it forgets its predicate.
    static func bodies(_ scope: some DatabaseScope, in database: Database) async throws -> [String] {
        try await database.query(scope, "SELECT body FROM note ORDER BY body").map { try $0.get("body") }
    }
}

/// A folder of migrations for a test, removed with its owner.
final class MigrationFolder: Sendable {
    let path: String

    init(_ files: [String: String]) {
        path = "/tmp/bailiwick-migrations-\(UUIDv7.generate())"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in files { write(name, text) }
    }

    deinit { remove() }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    var set: MigrationSet { MigrationSet(component: "notes", service: .hr, directory: path) }

    func write(_ name: String, _ text: String) {
        _ = FileManager.default.createFile(atPath: path + "/" + name, contents: Data(text.utf8))
    }

    func remove(_ name: String) { try? FileManager.default.removeItem(atPath: path + "/" + name) }
}
