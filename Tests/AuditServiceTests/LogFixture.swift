import AuditClient
import AuditCore
import Logging
@_spi(ScopeMinting) import Postgres
import SQLQuery
import ServiceKit
import TestSupport
import WireFormat

@testable import AuditService

/// A tenant of its own in a migrated database, with the parts of AuditService over it.
struct LogFixture: Sendable {
    let test: TestDatabase
    let database: Database
    let key: CheckpointKey
    let log: Log
    let tenant = TenantID(.generate())

    /// The database that most tests share: what they do stays within a tenant.
    private static let shared = Task {
        let test = try await TestDatabase.make(migrating: [.audit])
        return (test: test, database: test.database(.audit, poolSize: 24))
    }

    /// In the shared database.
    static func make() async throws -> LogFixture {
        let (test, database) = try await shared.value
        return try LogFixture(test: test, database: database)
    }

    /// In a database of its own, for what concerns all tenants: a sweep signs whatever log it finds, with its own key.
    static func makeAlone() async throws -> LogFixture {
        let test = try await TestDatabase.make(migrating: [.audit])
        return try LogFixture(test: test, database: test.database(.audit, poolSize: 6))
    }

    private init(test: TestDatabase, database: Database) throws {
        self.test = test
        self.database = database
        key = try CheckpointKey.generate(name: "test")
        log = Self.copy(database, key)
    }

    /// Another copy of the service over the same database: it shares no memory with the first.
    func anotherCopy() -> Log { Self.copy(test.database(.audit, poolSize: 3), key) }

    private static func copy(_ database: Database, _ key: CheckpointKey) -> Log {
        Log(database: database, scope: SystemScope(), key: key, logger: TestDatabase.quiet)
    }

    var scope: TenantScope { TenantScope(tenant: tenant) }

    /// An event of the fixture's tenant.
    func event(
        id: UUIDv7 = .generate(), tenant: TenantID? = nil, time: Instant = .now(), actor: String = "somebody",
        action: String = "employee.view", resource: EventResource = EventResource(type: "employee"),
        origin: String = "hr"
    ) -> AuditEvent {
        AuditEvent(
            id: id, tenant: tenant ?? self.tenant, time: time, actor: EventActor(kind: .member, id: actor),
            action: action, resource: resource, outcome: .allowed, requestID: .generate(),
            metadata: ["origin": .string(origin)])
    }

    /// Events with their salts, as a writer commits to them.
    func committed(_ count: Int) throws -> [CommittedEvent] {
        try (0..<count).map { _ in try CommittedEvent(event()) }
    }

    /// Appends `count` events one batch and signs the head.
    @discardableResult
    func fill(_ count: Int) async throws -> [CommittedEvent] {
        let events = try committed(count)
        _ = try await log.appender.append(events, origin: "hr", scope)
        _ = try await log.sealer.seal(tenant)
        return events
    }

    /// The numbers of the tenant's leaves, in order.
    func sequences() async throws -> [Int64] {
        try await database.query(scope, "SELECT sequence FROM leaf WHERE tenant = \(tenant) ORDER BY sequence")
            .map { try $0.get("sequence") }
    }

    /// How many bodies the tenant has.
    func bodies() async throws -> Int {
        try await database.query(scope, "SELECT count(*) AS n FROM event_body WHERE tenant = \(tenant)")[0].get("n")
    }

    /// Changes rows as a superuser can: with the triggers off.
    func tamper(_ table: SQL, _ change: SQL) async throws {
        let superuser = test.database(test.superuser(schema: "audit"))
        _ = try await superuser.pipeline(
            scope,
            [
                "ALTER TABLE \(table) DISABLE TRIGGER USER", change,
                "ALTER TABLE \(table) ENABLE ALWAYS TRIGGER refuse_row_change",
                "ALTER TABLE \(table) ENABLE ALWAYS TRIGGER refuse_statement",
            ])
        await superuser.close()
    }
}
