import Glibc
import KeyVault
@_spi(ScopeMinting) import Postgres
import SQLQuery
import TestSupport
import Testing
import WireFormat

/// A database with the key tables in the schema `hr`, a key file, and as many copies of the service as a test wants.
final class VaultStory: Sendable {
    let test: TestDatabase
    let database: Database
    let keyFile: String
    let tenant = TenantID(UUIDv7.generate())
    private let folder: String

    init() async throws {
        let migrations = MigrationSet(
            component: "key-vault", service: .hr, directory: PackageRoot.migrations(of: "KeyVault"))
        test = try await TestDatabase.make(schemas: [.hr], migrating: [migrations])
        database = test.database(.hr, poolSize: 8)
        var template = Array("/tmp/bailiwick-vault-XXXXXX".utf8CString)
        folder = try #require(mkdtemp(&template).map { String(cString: $0) })
        keyFile = folder + "/kek.json"
        _ = try KeyFile.create(at: keyFile)
    }

    deinit {
        unlink(keyFile)
        rmdir(folder)
    }

    var scope: TenantScope { TenantScope(tenant: tenant) }

    /// A copy of the service: caches of its own.
    func vault(limits: SealLimits = SealLimits(), cacheLifetime: Duration = KeyVault.cacheLifetime) throws -> KeyVault {
        KeyVault(
            database: database, provider: try FileKeyProvider(path: keyFile), limits: limits,
            cacheLifetime: cacheLifetime)
    }

    func context(_ row: UUIDv7, scope: TenantScope? = nil) -> SealContext {
        SealContext(scope ?? self.scope, table: "employee", column: "salary", row: row)
    }

    /// Behind row-level security, triggers and foreign keys: what somebody with the disk in his hands can do.
    func asSuperuser(_ statements: [SQL]) async throws {
        let database = test.database(test.superuser(schema: "hr"))
        try await database.pipeline(SystemScope(), ["SET LOCAL session_replication_role = replica"] + statements)
        await database.close()
    }

    /// The row of a person's key, to be put back later.
    func personKeyRow(_ person: UUIDv7) async throws -> (wrapped: [UInt8], version: Int) {
        let rows = try await database.query(
            scope, "SELECT wrapped, wrapped_by FROM person_key WHERE tenant = \(tenant) AND person = \(person)")
        let row = try #require(rows.first)
        return (try row.get("wrapped"), try row.get("wrapped_by"))
    }
}

extension SealedColumn where Value == String {
    static var nationalID: Self { SealedColumn(table: "employee", column: "national_id") }
}
