@_spi(ScopeMinting) import Postgres
import SQLQuery
import TestSupport
import Testing
import WireFormat

/// The second wall behind the typed scope: PostgreSQL itself, whatever the SQL forgets and whatever happened before on
/// the same connection. The pool has one connection, so every step meets what the one before left.
@Suite struct RowLevelSecurityTests {
    let fixture: TestDatabase
    let database: Database
    let mine = NoteFixture.tenant()
    let theirs = NoteFixture.tenant()

    init() async throws {
        fixture = try await NoteFixture.shared(by: "security")
        var configuration = fixture.configuration(.hr, poolSize: 1)
        configuration.statementTimeout = .seconds(1)
        database = fixture.database(configuration)
        try await NoteFixture.write("mine", mine, in: database)
        try await NoteFixture.write("theirs", theirs, in: database)
    }

    @Test func aStatementThatForgetsItsPredicateSeesItsOwnTenantOnly() async throws {
        #expect(try await NoteFixture.bodies(mine, in: database) == ["mine"])
        #expect(try await NoteFixture.bodies(theirs, in: database) == ["theirs"])
        #expect(try await database.execute(mine, "UPDATE note SET body = 'changed'") == 1)
        #expect(try await NoteFixture.bodies(theirs, in: database) == ["theirs"])
    }

    @Test func askingForAnotherTenantByNameGivesNothing() async throws {
        let rows = try await database.query(mine, "SELECT body FROM note WHERE tenant = \(theirs.tenant)")
        #expect(rows.isEmpty)
    }

    @Test func aRowOfAnotherTenantCannotBeWritten() async throws {
        await #expect(throws: PostgresError.self) {
            try await database.execute(
                mine, "INSERT INTO note (tenant, id, body) VALUES (\(theirs.tenant), \(UUIDv7.generate()), 'planted')")
        }
        await #expect(throws: PostgresError.self) {
            try await database.execute(mine, "UPDATE note SET tenant = \(theirs.tenant)")
        }
    }

    @Test func withoutATenantThereAreNoRows() async throws {
        #expect(try await NoteFixture.bodies(SystemScope(), in: database) == [])
        #expect(try await database.execute(SystemScope(), "DELETE FROM note") == 0)
    }

    @Test func theOwnerOfTheTableIsHeldToItToo() async throws {
        var configuration = try fixture.migrator()
        configuration.schema = "hr"
        #expect(try await NoteFixture.bodies(SystemScope(), in: fixture.database(configuration)) == [])
    }

    @Test func nothingLeaksAfterAnError() async throws {
        await #expect(throws: PostgresError.self) { try await database.query(mine, "SELECT 1 / 0") }
        #expect(try await NoteFixture.bodies(SystemScope(), in: database) == [])
        #expect(try await NoteFixture.bodies(theirs, in: database) == ["theirs"])
    }

    @Test func nothingLeaksAfterAnAbortedTransaction() async throws {
        struct Abort: Error {}
        await #expect(throws: Abort.self) {
            try await database.transaction(mine) { transaction in
                try await transaction.execute("DELETE FROM note")
                throw Abort()
            }
        }
        #expect(try await NoteFixture.bodies(SystemScope(), in: database) == [])
        #expect(try await NoteFixture.bodies(mine, in: database) == ["mine"])
    }

    @Test func nothingLeaksAfterAStatementTimeout() async throws {
        let failure = await #expect(throws: PostgresError.self) {
            try await database.query(mine, "SELECT pg_sleep(30)::text FROM note")
        }
        #expect(failure?.code == .statementTimeout)
        #expect(try await NoteFixture.bodies(SystemScope(), in: database) == [])
        #expect(try await NoteFixture.bodies(theirs, in: database) == ["theirs"])
    }

    @Test func nothingLeaksAfterATimeoutInATransaction() async throws {
        await #expect(throws: PostgresError.self) {
            try await database.transaction(mine) { transaction in
                try await transaction.query("SELECT pg_sleep(30)::text")
            }
        }
        #expect(try await NoteFixture.bodies(SystemScope(), in: database) == [])
    }

    @Test func nothingLeaksAfterACancellation() async throws {
        var configuration = fixture.configuration(.hr, poolSize: 1)
        configuration.statementTimeout = .seconds(30)
        configuration.applicationName = "cancel-leak"
        let database = fixture.database(configuration)
        let task = Task { try await database.query(mine, "SELECT pg_sleep(30)::text FROM note") }
        #expect(try await isSleeping(application: "cancel-leak", in: fixture))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await NoteFixture.bodies(SystemScope(), in: database) == [])
        #expect(try await NoteFixture.bodies(theirs, in: database) == ["theirs"])
    }

    @Test func aSettingForTheSessionDoesNotOutliveItsStatement() async throws {
        _ = try await database.query(mine, "SELECT set_config('bailiwick.tenant', \(mine.tenant), false)")
        #expect(try await NoteFixture.bodies(SystemScope(), in: database) == [])
        #expect(try await NoteFixture.bodies(theirs, in: database) == ["theirs"])
    }
}

/// Waits until a statement of this application runs on the server.
func isSleeping(application: String, in fixture: TestDatabase) async throws -> Bool {
    let observer = fixture.database(fixture.superuser())
    return try await eventually {
        let rows = try await observer.query(
            SystemScope(),
            "SELECT 1 FROM pg_stat_activity WHERE application_name = \(application) AND state = 'active' AND wait_event = 'PgSleep'"
        )
        return !rows.isEmpty
    }
}
