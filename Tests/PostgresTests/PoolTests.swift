@_spi(ScopeMinting) import Postgres
import SQLQuery
import TestSupport
import Testing
import WireFormat

/// The pool's bounds, and what it does when connections die.
@Suite struct PoolTests {
    let fixture: TestDatabase

    init() async throws { fixture = try await NoteFixture.shared(by: "pool") }

    private func database(_ application: String, size: Int, change: (inout DatabaseConfiguration) -> Void = { _ in })
        -> Database
    {
        var configuration = fixture.configuration(.hr, poolSize: size)
        configuration.applicationName = application
        change(&configuration)
        return fixture.database(configuration)
    }

    private func sessions(_ application: String) async throws -> Int {
        let rows = try await fixture.database(fixture.superuser()).query(
            SystemScope(), "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = \(application)")
        return try rows[0].get("n")
    }

    private func terminate(_ application: String) async throws {
        try await fixture.database(fixture.superuser()).execute(
            SystemScope(),
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = \(application)")
    }

    @Test func manyTasksShareFewConnections() async throws {
        let database = database("pool-share", size: 3)
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<150 {
                group.addTask {
                    try await database.query(SystemScope(), "SELECT \(number)::int AS n")[0].get("n")
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 150 * 149 / 2)
        #expect(try await sessions("pool-share") <= 3)
        #expect(database.poolUsage.inUse == 0)
        #expect(database.poolUsage.waiting == 0)
    }

    @Test func oneWaiterTooManyIsRefusedAtOnce() async throws {
        let database = database("pool-full", size: 1) {
            $0.waitLimit = 1
            $0.acquireTimeout = .seconds(20)
            $0.statementTimeout = .seconds(20)
        }
        let holder = Task { try await database.query(SystemScope(), "SELECT pg_sleep(20)::text") }
        #expect(try await isSleeping(application: "pool-full", in: fixture))
        let waiter = Task { try await database.ping() }
        #expect(try await eventually { database.poolUsage.waiting == 1 })
        let failure = await #expect(throws: PostgresError.self) { try await database.ping() }
        #expect(failure?.code == .poolExhausted)
        holder.cancel()
        _ = await holder.result
        try await waiter.value
    }

    @Test func aWaitTooLongIsRefused() async throws {
        let database = database("pool-wait", size: 1) {
            $0.acquireTimeout = .milliseconds(100)
            $0.statementTimeout = .seconds(20)
        }
        try await database.ping()
        let holder = Task { try await database.query(SystemScope(), "SELECT pg_sleep(20)::text") }
        #expect(try await isSleeping(application: "pool-wait", in: fixture))
        let failure = await #expect(throws: PostgresError.self) { try await database.ping() }
        #expect(failure?.code == .poolExhausted)
        #expect(database.poolUsage.waiting == 0)
        holder.cancel()
        _ = await holder.result
    }

    @Test func aCancelledWaiterLeavesTheQueue() async throws {
        let database = database("pool-leave", size: 1) { $0.statementTimeout = .seconds(20) }
        let holder = Task { try await database.query(SystemScope(), "SELECT pg_sleep(20)::text") }
        #expect(try await isSleeping(application: "pool-leave", in: fixture))
        let waiter = Task { try await database.ping() }
        #expect(try await eventually { database.poolUsage.waiting == 1 })
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
        #expect(database.poolUsage.waiting == 0)
        holder.cancel()
        _ = await holder.result
        try await database.ping()
    }

    @Test func aConnectionThatDiedAtRestIsReplacedUnseen() async throws {
        let database = database("pool-dead", size: 2)
        let scope = NoteFixture.tenant()
        try await NoteFixture.write("kept", scope, in: database)
        for _ in 0..<3 {
            try await terminate("pool-dead")
            #expect(try await eventually { try await sessions("pool-dead") == 0 })
            #expect(try await NoteFixture.bodies(scope, in: database) == ["kept"])
        }
    }

    @Test func aConnectionThatDiesInAStatementIsAnErrorAndTheNextOneWorks() async throws {
        let database = database("pool-killed", size: 1) { $0.statementTimeout = .seconds(20) }
        let task = Task { try await database.query(SystemScope(), "SELECT pg_sleep(20)::text") }
        #expect(try await isSleeping(application: "pool-killed", in: fixture))
        try await terminate("pool-killed")
        let failure = await #expect(throws: PostgresError.self) { try await task.value }
        #expect(failure?.code == .connectionLost)
        try await database.ping()
    }

    @Test func aCancelledTaskStopsItsStatementOnTheServer() async throws {
        let database = database("pool-cancel", size: 1) { $0.statementTimeout = .seconds(60) }
        let task = Task { try await database.query(SystemScope(), "SELECT pg_sleep(60)::text") }
        #expect(try await isSleeping(application: "pool-cancel", in: fixture))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        let observer = fixture.database(fixture.superuser())
        let running = try await observer.query(
            SystemScope(),
            "SELECT 1 FROM pg_stat_activity WHERE application_name = 'pool-cancel' AND state = 'active'")
        #expect(running.isEmpty)
        let before = try await database.query(SystemScope(), "SELECT pg_backend_pid() AS pid")[0].get(
            "pid", as: Int.self)
        #expect(before > 0)
    }

    @Test func cancellationNeverHitsTheNextStatement() async throws {
        let database = database("pool-next", size: 1)
        for _ in 0..<40 {
            let task = Task { try await database.query(SystemScope(), "SELECT pg_sleep(0.002)::text") }
            await Task.yield()
            task.cancel()
            try await database.ping()
            _ = await task.result
            try await database.ping()
        }
    }

    @Test func statementsPreparedForAnOldShapeArePreparedAnew() async throws {
        let database = database("pool-shape", size: 1)
        let owner = fixture.database(
            {
                var configuration = fixture.superuser(schema: "hr")
                configuration.poolSize = 1
                return configuration
            }())
        #expect(try await database.query(SystemScope(), "SELECT * FROM counter").isEmpty)
        try await owner.execute(SystemScope(), "ALTER TABLE counter ADD COLUMN note text")
        try await database.execute(SystemScope(), "INSERT INTO counter (name, value, note) VALUES ('x', 1, 'y')")
        let rows = try await database.query(SystemScope(), "SELECT * FROM counter")
        #expect(try rows[0].get("note", as: String.self) == "y")
        try await database.execute(SystemScope(), "DEALLOCATE ALL")
        #expect(try await database.query(SystemScope(), "SELECT * FROM counter").count == 1)
    }

    @Test func theServerKeepsNoMorePreparedStatementsThanTheCacheHolds() async throws {
        let database = database("pool-cache", size: 1) { $0.statementCacheSize = 8 }
        var sql: SQL = "SELECT 1"
        for _ in 0..<30 {
            sql += " + 1"
            _ = try await database.query(SystemScope(), sql)
        }
        let count: SQL = "SELECT count(*) AS n FROM pg_prepared_statements"
        _ = try await database.query(SystemScope(), count)
        let held = try await database.query(SystemScope(), count)[0].get("n", as: Int.self)
        #expect(held <= 8)
    }

    @Test func limitsAreInForceOnTheServer() async throws {
        let database = database("pool-limits", size: 1) {
            $0.statementTimeout = .milliseconds(1234)
            $0.idleInTransactionTimeout = .milliseconds(2345)
            $0.lockTimeout = .milliseconds(345)
        }
        let rows = try await database.query(
            SystemScope(),
            """
            SELECT current_setting('statement_timeout') AS a, current_setting('idle_in_transaction_session_timeout') AS b,
                   current_setting('lock_timeout') AS c, current_setting('search_path') AS d, current_user::text AS e
            """)
        #expect(try rows[0].get("a", as: String.self) == "1234ms")
        #expect(try rows[0].get("b", as: String.self) == "2345ms")
        #expect(try rows[0].get("c", as: String.self) == "345ms")
        #expect(try rows[0].get("d", as: String.self) == "hr")
        #expect(try rows[0].get("e", as: String.self) == "bailiwick_hr")
    }

    @Test func aClosedPoolRefusesAndLetsGoOfItsSessions() async throws {
        let database = database("pool-closed", size: 2)
        try await database.ping()
        await database.close()
        let failure = await #expect(throws: PostgresError.self) { try await database.ping() }
        #expect(failure?.code == .poolClosed)
        #expect(try await eventually { try await sessions("pool-closed") == 0 })
    }
}
