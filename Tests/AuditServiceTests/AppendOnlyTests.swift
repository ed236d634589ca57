@_spi(ScopeMinting) import Postgres
import SQLQuery
import TestSupport
import Testing
import WireFormat

@Suite("The log takes no change")
struct AppendOnlyTests {
    static let changes: [SQL] = [
        "UPDATE event_body SET body = '{}'", "UPDATE leaf SET sequence = sequence + 1",
        "UPDATE checkpoint SET note = ''", "UPDATE node SET hash = hash", "DELETE FROM event_body", "DELETE FROM leaf",
        "DELETE FROM checkpoint", "DELETE FROM node", "TRUNCATE event_body", "TRUNCATE leaf", "TRUNCATE checkpoint",
        "TRUNCATE node",
    ]

    @Test("the service's role is refused by PostgreSQL: UPDATE, DELETE, TRUNCATE of every table")
    func serviceRole() async throws {
        let fixture = try await LogFixture.make()
        try await fixture.fill(40)
        for change in Self.changes {
            let error = await #expect(throws: PostgresError.self) {
                try await fixture.database.execute(fixture.scope, change)
            }
            #expect(error?.sqlState == "42501", "\(change.text)")
        }
        #expect(try await fixture.sequences() == Array(0..<40))
    }

    @Test("the owner of the tables is refused by the triggers")
    func owner() async throws {
        let fixture = try await LogFixture.make()
        try await fixture.fill(40)
        var configuration = try fixture.test.migrator()
        configuration.schema = "audit"
        let owner = fixture.test.database(configuration)
        for change in Self.changes {
            let error = await #expect(throws: PostgresError.self) { try await owner.execute(fixture.scope, change) }
            #expect(error?.message.contains("append-only") == true, "\(change.text): \(error?.message ?? "")")
        }
        await owner.close()
    }

    @Test("a superuser is refused by the triggers, in a replica session and on a partition too")
    func superuser() async throws {
        let fixture = try await LogFixture.make()
        try await fixture.fill(40)
        let superuser = fixture.test.database(fixture.test.superuser(schema: "audit"))
        let partitions: [SQL] = [
            "UPDATE event_body_2026_11 SET body = '{}'", "TRUNCATE event_body_2026_11",
            "DELETE FROM event_body_2026_11",
        ]
        for change in Self.changes + partitions {
            let error = await #expect(throws: PostgresError.self) {
                try await superuser.pipeline(
                    fixture.scope, ["SELECT set_config('session_replication_role', 'replica', true)", change])
            }
            // A month that is not there is as safe as one that refuses.
            #expect(
                error?.message.contains("append-only") == true || error?.sqlState == "42P01",
                "\(change.text): \(error?.message ?? "")")
        }
        await superuser.close()
    }

    @Test("the time at which a row was stored cannot be given")
    func storedTime() async throws {
        let fixture = try await LogFixture.make()
        let error = await #expect(throws: PostgresError.self) {
            try await fixture.database.execute(
                fixture.scope,
                "INSERT INTO checkpoint (tenant, size, root, note, stored) VALUES (\(fixture.tenant), 1, '', '', now())"
            )
        }
        #expect(error?.sqlState == "42501")
    }

    @Test("the tables are tenant tables by the catalogue")
    func catalogue() async throws {
        let fixture = try await LogFixture.make()
        #expect(try await CatalogueAudit.findings(fixture.database) == [])
    }

    @Test("another tenant's rows are not there")
    func otherTenant() async throws {
        let fixture = try await LogFixture.make()
        try await fixture.fill(3)
        let other = TenantScope(tenant: TenantID(.generate()))
        for table: SQL in ["event_body", "leaf", "checkpoint", "node"] {
            let rows = try await fixture.database.query(other, "SELECT 1 AS one FROM \(table)")
            #expect(rows.isEmpty)
        }
    }
}
