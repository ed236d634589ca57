@_spi(ScopeMinting) import Postgres
import SQLQuery
import TestSupport
import Testing
import WireFormat

/// Statements that share a transaction: what one does or suffers is nobody else's business. The pool has one connection,
/// held while the statements are submitted, so that they do come together.
@Suite struct GatheredStatementTests {
    let database: Database
    let mine = NoteFixture.tenant()
    let theirs = NoteFixture.tenant()

    init() async throws {
        let fixture = try await NoteFixture.shared(by: "gathered")
        database = fixture.database(fixture.configuration(.hr, poolSize: 1))
    }

    private static func insertion(_ body: String, _ scope: TenantScope) -> SQL {
        """
        INSERT INTO note (tenant, id, body) VALUES (\(scope.tenant), \(UUIDv7.generate()), \(body))
        RETURNING body, pg_current_xact_id()::text AS transaction
        """
    }

    private typealias Rows = [(body: String, transaction: String)]

    /// Uses the only connection until `body` is through.
    private func holdingTheConnection<R: Sendable>(_ body: () async throws -> R) async throws -> R {
        let (gate, opening) = AsyncStream.makeStream(of: Void.self)
        let holder = Task { [database] in
            try await database.transaction(SystemScope()) { transaction in
                try await transaction.execute("SELECT 1")
                for await _ in gate {}
            }
        }
        while database.poolUsage.inUse == 0 { await Task.yield() }
        let result = try await body()
        opening.finish()
        try await holder.value
        return result
    }

    /// Submits the statements while the only connection is in use, so that what is not in the first group waits.
    private func together(_ statements: [(TenantScope, SQL)]) async throws -> [Result<Rows, any Error>] {
        let database = database
        let tasks = try await holdingTheConnection {
            let tasks = statements.map { scope, sql in
                Task {
                    let rows = try await database.queryGathered(scope, sql)
                    return try rows.map { (body: try $0.get("body"), transaction: try $0.get("transaction")) } as Rows
                }
            }
            while database.poolUsage.waiting == 0 { await Task.yield() }
            // Those who come later than this make another group, and prove as much.
            for _ in 0..<1000 { await Task.yield() }
            return tasks
        }
        var outcomes: [Result<Rows, any Error>] = []
        for task in tasks { outcomes.append(await task.result) }
        return outcomes
    }

    @Test func eachCallerGetsItsOwnRowsAndSomeShareATransaction() async throws {
        let texts = (0..<24).map { "note \($0)" }
        let outcomes = try await together(texts.map { (mine, Self.insertion($0, mine)) })
        let rows = try outcomes.map { try $0.get() }
        #expect(rows.map { $0.map(\.body) } == texts.map { [$0] })
        #expect(Set(rows.flatMap { $0.map(\.transaction) }).count < texts.count)
        #expect(Set(try await NoteFixture.bodies(mine, in: database)) == Set(texts))
    }

    @Test func aWrongStatementFailsAloneAndNothingHappensTwice() async throws {
        var statements = (0..<10).map { (mine, Self.insertion("note \($0)", mine)) }
        statements.insert((mine, "SELECT (1 / 0)::text AS body, ''::text AS transaction"), at: 5)
        let outcomes = try await together(statements)
        #expect(throws: PostgresError.self) { try outcomes[5].get() }
        for (index, outcome) in outcomes.enumerated() where index != 5 { #expect(try outcome.get().count == 1) }
        #expect(try await NoteFixture.bodies(mine, in: database).count == 10)
    }

    @Test func tenantsNeverShareATransaction() async throws {
        let statements = (0..<12).flatMap {
            [(mine, Self.insertion("m\($0)", mine)), (theirs, Self.insertion("t\($0)", theirs))]
        }
        let rows = try await together(statements).map { try $0.get() }
        let ours = Set(rows.indices.filter { $0.isMultiple(of: 2) }.flatMap { rows[$0].map(\.transaction) })
        let others = Set(rows.indices.filter { !$0.isMultiple(of: 2) }.flatMap { rows[$0].map(\.transaction) })
        #expect(ours.isDisjoint(with: others))
        // And what one forgets to ask for, it does not see.
        let seen = try await database.queryGathered(mine, "SELECT body FROM note")
        #expect(try seen.allSatisfy { try $0.get("body", as: String.self).hasPrefix("m") })
        #expect(seen.count == 12)
    }

    @Test func aStatementOfAnotherTenantIsRefusedThoughItComesWithOthers() async throws {
        var statements = (0..<4).map { (mine, Self.insertion("note \($0)", mine)) }
        statements.append((mine, Self.insertion("planted", theirs)))
        let outcomes = try await together(statements)
        #expect(throws: PostgresError.self) { try outcomes[4].get() }
        #expect(try await NoteFixture.bodies(mine, in: database).count == 4)
        #expect(try await NoteFixture.bodies(theirs, in: database).isEmpty)
    }

    @Test func aCallerThatIsCancelledTakesNobodyWithIt() async throws {
        let (outcome, rows) = try await holdingTheConnection {
            let cancelled = Task { [database, mine] in
                try await database.queryGathered(mine, Self.insertion("cancelled", mine)).count
            }
            while database.poolUsage.waiting == 0 { await Task.yield() }
            let other = Task { [database, mine] in
                try await database.queryGathered(mine, Self.insertion("other", mine)).count
            }
            cancelled.cancel()
            return (cancelled, other)
        }
        #expect(try await rows.value == 1)
        // It is done or not, but whole.
        let done = (try? await outcome.value) != nil
        #expect(try await NoteFixture.bodies(mine, in: database).contains("cancelled") == done)
    }
}
