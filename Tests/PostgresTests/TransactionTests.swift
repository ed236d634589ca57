import Glibc
@_spi(ScopeMinting) import Postgres
import SQLQuery
import Synchronization
import TestSupport
import Testing
import WireFormat

/// A transaction ends with its closure, whatever happens inside it.
@Suite struct TransactionTests {
    let fixture: TestDatabase
    let database: Database
    let scope = NoteFixture.tenant()

    init() async throws {
        fixture = try await NoteFixture.make()
        database = fixture.database(.hr, poolSize: 1)
    }

    private func openTransactions() async throws -> Int {
        let rows = try await fixture.database(fixture.superuser()).query(
            SystemScope(),
            """
            SELECT count(*) AS n FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'test-hr' AND state LIKE 'idle in transaction%'
            """)
        return try rows[0].get("n")
    }

    @Test func itCommitsWhenTheClosureReturns() async throws {
        let scope = scope
        let count = try await database.transaction(scope) { transaction in
            try await transaction.execute(
                "INSERT INTO note (tenant, id, body) VALUES (\(scope.tenant), \(UUIDv7.generate()), 'kept')")
            return try await transaction.query("SELECT body FROM note").count
        }
        #expect(count == 1)
        #expect(try await NoteFixture.bodies(scope, in: database) == ["kept"])
    }

    @Test func itRollsBackWhenTheClosureThrows() async throws {
        struct Stop: Error {}
        await #expect(throws: Stop.self) {
            try await database.transaction(scope) { transaction in
                try await transaction.execute(
                    "INSERT INTO note (tenant, id, body) VALUES (\(scope.tenant), \(UUIDv7.generate()), 'gone')")
                throw Stop()
            }
        }
        #expect(try await NoteFixture.bodies(scope, in: database) == [])
        #expect(try await openTransactions() == 0)
    }

    @Test func aFailureThatTheClosureSwallowsIsNotCommitted() async throws {
        let failure = await #expect(throws: PostgresError.self) {
            try await database.transaction(scope) { transaction in
                try await transaction.execute(
                    "INSERT INTO note (tenant, id, body) VALUES (\(scope.tenant), \(UUIDv7.generate()), 'gone')")
                _ = try? await transaction.query("SELECT 1 / 0")
            }
        }
        #expect(failure?.code == .transactionAborted)
        #expect(try await NoteFixture.bodies(scope, in: database) == [])
    }

    @Test func aStatementThatEndsItIsFound() async throws {
        let failure = await #expect(throws: PostgresError.self) {
            try await database.transaction(scope) { transaction in
                try await transaction.execute("SELECT 1")
                try await transaction.execute("COMMIT")
                try await transaction.execute("SELECT 1")
            }
        }
        #expect(failure?.code == .transactionEnded)
        #expect(try await openTransactions() == 0)
    }

    @Test func aStatementThatBeginsOneOutsideIsTidiedUp() async throws {
        _ = try? await database.execute(scope, "BEGIN")
        #expect(try await openTransactions() == 0)
        #expect(try await NoteFixture.bodies(SystemScope(), in: database) == [])
    }

    @Test func itIsOfNoUseAfterItsEnd() async throws {
        let escaped = Mutex<Transaction?>(nil)
        try await database.transaction(scope) { transaction in
            escaped.withLock { $0 = transaction }
            try await transaction.execute("SELECT 1")
        }
        let transaction = try #require(escaped.withLock { $0 })
        let failure = await #expect(throws: PostgresError.self) { try await transaction.query("SELECT 1") }
        #expect(failure?.code == .transactionEnded)
    }

    @Test func aCancelledTaskRollsBackEvenWhenTheClosureReturns() async throws {
        let (started, signal) = AsyncStream<Void>.makeStream()
        let (database, scope) = (database, scope)
        let task = Task {
            try await database.transaction(scope) { transaction in
                try await transaction.execute(
                    "INSERT INTO note (tenant, id, body) VALUES (\(scope.tenant), \(UUIDv7.generate()), 'gone')")
                signal.finish()
                while !Task.isCancelled { await Task.yield() }
            }
        }
        for await _ in started {}
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await NoteFixture.bodies(scope, in: database) == [])
        #expect(try await openTransactions() == 0)
    }

    @Test func aDeferredConstraintFailsTheCommitOfBothKinds() async throws {
        let single = await #expect(throws: PostgresError.self) {
            try await database.execute(SystemScope(), "INSERT INTO pair (a, b) VALUES (1, 1), (1, 2)")
        }
        #expect(single?.code == .uniqueViolation)
        let explicit = await #expect(throws: PostgresError.self) {
            try await database.transaction(SystemScope()) { transaction in
                try await transaction.execute("INSERT INTO pair (a, b) VALUES (1, 1), (1, 2)")
            }
        }
        #expect(explicit?.code == .uniqueViolation)
        #expect(try await database.query(SystemScope(), "SELECT 1 FROM pair").isEmpty)
    }

    @Test func aPipelineIsAllOrNothing() async throws {
        let scope = scope
        let insert: SQL = "INSERT INTO note (tenant, id, body) VALUES (\(scope.tenant), \(UUIDv7.generate()), 'x')"
        await #expect(throws: PostgresError.self) { try await database.pipeline(scope, [insert, "SELECT 1 / 0"]) }
        #expect(try await NoteFixture.bodies(scope, in: database) == [])
        let results = try await database.pipeline(scope, [insert, "SELECT body FROM note"])
        #expect(results.map(\.count) == [0, 1])
    }

    @Test func conflictingSerializableTransactionsFailWithTheirCode() async throws {
        let database = fixture.database(.hr, poolSize: 2)
        try await database.execute(SystemScope(), "INSERT INTO counter (name, value) VALUES ('n', 0)")
        let failure = await #expect(throws: PostgresError.self) {
            try await database.transaction(SystemScope(), isolation: .repeatableRead) { transaction in
                _ = try await transaction.query("SELECT value FROM counter")
                try await database.execute(SystemScope(), "UPDATE counter SET value = value + 1")
                try await transaction.execute("UPDATE counter SET value = value + 1")
            }
        }
        #expect(failure?.code == .serializationFailure)
        #expect(failure?.canRunAgain == true)
    }

    @Test func anIdleTransactionIsEndedByTheServer() async throws {
        var configuration = fixture.configuration(.hr, poolSize: 1)
        configuration.idleInTransactionTimeout = .milliseconds(50)
        configuration.applicationName = "idle-limit"
        let database = fixture.database(configuration)
        let observer = fixture.database(fixture.superuser())
        let failure = await #expect(throws: PostgresError.self) {
            try await database.transaction(scope) { transaction in
                let rows = try await transaction.query("SELECT pg_backend_pid() AS pid")
                let process = try rows[0].get("pid", as: Int.self)
                let isGone = try await eventually {
                    try await observer.query(
                        SystemScope(), "SELECT 1 FROM pg_stat_activity WHERE pid = \(process)::int"
                    ).isEmpty
                }
                #expect(isGone)
                try await transaction.execute("SELECT 1")
            }
        }
        #expect([.idleTransactionTimeout, .connectionLost].contains(failure?.code))
        try await database.ping()
    }
}
