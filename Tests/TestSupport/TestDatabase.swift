public import Logging
public import Postgres
import PrivateCluster
import Synchronization
public import WireFormat

/// A database of its own for a suite, on the process's cluster, with the roles, schemas and grants of the real one.
public struct TestDatabase: Sendable {
    /// Its name.
    public let name: String
    private let urls: [String: Redacted<String>]

    /// A fresh database with the schemas of these services, built by their real migrations.
    public static func make(migrating services: [ServiceRole] = []) async throws -> TestDatabase {
        try await make(
            schemas: services.isEmpty ? ServiceRole.all : services,
            migrating: services.flatMap { MigrationSet.all(for: $0, in: PackageRoot.migrations(of:)) })
    }

    /// A fresh database with these schemas, built by these migrations.
    public static func make(schemas: [ServiceRole], migrating sets: [MigrationSet]) async throws -> TestDatabase {
        let running = try await TestCluster.shared.running()
        // Migrating takes longer than copying, so each combination is migrated once.
        let key = schemas.map(\.schema).joined(separator: "_") + sets.map { "\($0.directory)" }.joined()
        let template = "template_\(UInt(bitPattern: key.hashValue))"
        try await TestCluster.shared.template(template) {
            try await running.setup.createDatabase(template)
            try await running.setup.createSchemas(in: template, for: schemas)
            let database = try await connect(template, running)
            try await MigrationRunner(try database.migrator(), sets: sets, logger: quiet).run()
        }
        let name = "test_\(numbers.withLock { $0 += 1; return $0 })"
        try await TestCluster.shared.inTurn {
            try await running.setup.copyDatabase(template, to: name)
            // The grants on a database are not copied with it.
            try await running.setup.createSchemas(in: name, for: schemas)
        }
        return try await connect(name, running)
    }

    /// The URL for a role: a service's, the migration role, or `postgres`.
    public func url(role: String) -> Redacted<String> { urls[role] ?? Redacted("") }

    /// How a service connects.
    public func configuration(_ service: ServiceRole, poolSize: Int = 4) -> DatabaseConfiguration {
        patient(url(role: service.role), "test-\(service.schema)", poolSize)
    }

    /// How the migration role connects, which owns the tables.
    public func migrator() throws -> DatabaseConfiguration {
        patient(url(role: ServiceRole.migrator), "test-migrator", 2)
    }

    /// How the superuser connects: to look behind row-level security, and to tamper.
    public func superuser(schema: String? = nil) -> DatabaseConfiguration {
        var configuration = patient(url(role: "postgres"), "test-superuser", 2)
        configuration.schema = schema
        return configuration
    }

    /// While everything is compiled and tested at once a small machine is slow to answer.
    private func patient(_ url: Redacted<String>, _ name: String, _ poolSize: Int) -> DatabaseConfiguration {
        var configuration = DatabaseConfiguration(url: url, applicationName: name, poolSize: poolSize)
        configuration.acquireTimeout = .seconds(30)
        configuration.connectTimeout = .seconds(30)
        return configuration
    }

    /// A pool with a service's role. Its connections end with it.
    public func database(_ service: ServiceRole, poolSize: Int = 4) -> Database {
        Database(configuration(service, poolSize: poolSize), logger: Self.quiet)
    }

    /// A pool with any configuration.
    public func database(_ configuration: DatabaseConfiguration) -> Database {
        Database(configuration, logger: Self.quiet)
    }

    /// Says nothing: tests provoke what a service would warn of.
    public static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private static let numbers = Mutex(0)

    private static func connect(_ name: String, _ running: TestCluster.Running) async throws -> TestDatabase {
        var urls: [String: Redacted<String>] = [
            PrivateCluster.superuser: try await running.cluster.superuserURL(database: name)
        ]
        for (role, password) in running.passwords {
            urls[role] = try await running.cluster.url(user: role, password: password, database: name)
        }
        return TestDatabase(name: name, urls: urls)
    }
}
