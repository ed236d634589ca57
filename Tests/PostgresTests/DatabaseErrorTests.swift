import Logging
@_spi(ScopeMinting) import Postgres
import SQLQuery
import TestSupport
import Testing
import WireFormat

/// SQLSTATEs become codes, and no value of a parameter appears in an error.
@Suite struct DatabaseErrorTests {
    let fixture: TestDatabase
    let database: Database

    init() async throws {
        fixture = try await NoteFixture.shared(by: "errors")
        database = fixture.database(.hr, poolSize: 2)
    }

    private func failure(_ sql: SQL) async -> PostgresError? {
        await #expect(throws: PostgresError.self) { try await database.query(SystemScope(), sql) }
    }

    @Test func constraintsAreNamed() async throws {
        try await database.execute(SystemScope(), "INSERT INTO counter (name, value) VALUES ('a', 1)")
        let unique = await failure("INSERT INTO counter (name, value) VALUES (\("a"), 2)")
        #expect(unique?.code == .uniqueViolation)
        #expect(unique?.isUniqueViolation(of: "counter_pkey") == true)
        #expect(unique?.table == "counter")
        let check = await failure("INSERT INTO counter (name, value) VALUES ('b', \(-1))")
        #expect(check?.code == .checkViolation)
        let missing = await failure("INSERT INTO counter (name) VALUES ('c')")
        #expect(missing?.code == .notNullViolation)
        #expect(missing?.column == "value")
    }

    @Test func privilegesAndStatementsHaveTheirCodes() async throws {
        #expect(await failure("CREATE TABLE mine (a integer)")?.code == .insufficientPrivilege)
        #expect(await failure("TRUNCATE note")?.code == .insufficientPrivilege)
        #expect(await failure("SELECT * FROM nowhere")?.code == .invalidStatement)
        #expect(await failure("SELEKT 1")?.code == .invalidStatement)
        #expect(await failure("SELECT 1; SELECT 2")?.code == .invalidStatement)
        let lock = await failure("SELECT 1 / 0")
        #expect(lock?.code == .invalidValue)
    }

    @Test(arguments: [
        "SELECT \("s3cret-value")::uuid" as SQL,
        "SELECT \("s3cret-value")::bigint",
        "INSERT INTO counter (name, value) VALUES (\("s3cret-value"), 1), (\("s3cret-value"), 2)",
        "INSERT INTO counter (name, value) VALUES (\("s3cret-value"), -1)",
        "SELECT (\("s3cret-value"))::jsonb",
        "SELECT \("s3cret-value\u{0}")::text",
    ])
    func noErrorQuotesAValue(_ sql: SQL) async throws {
        let failure = await failure(sql)
        #expect("\(failure, default: "")".contains("s3cret") == false)
        #expect(String(reflecting: failure).contains("s3cret") == false)
    }

    @Test func aNULByteIsRefusedBeforeItIsSentAndTheConnectionLivesOn() async throws {
        let failure = await failure("SELECT \("a\u{0}b")::text")
        #expect(failure?.code == .invalidValue)
        try await database.ping()
    }

    /// A login that the server refuses.
    enum Login: CaseIterable { case wrongPassword, noSuchRole }

    @Test(arguments: Login.allCases) func aRefusedLoginIsOneClearLine(_ login: Login) async throws {
        let right = fixture.url(role: "bailiwick_hr").reveal()
        let url =
            switch login {
            case .wrongPassword: right.replacing(/:[^:@]+@/, with: ":wrong@")
            case .noSuchRole: right.replacing("bailiwick_hr", with: "nobody")
            }
        let failure = await #expect(throws: PostgresError.self) {
            try await fixture.database(DatabaseConfiguration(url: Redacted(url))).ping()
        }
        #expect(failure?.code == .authenticationFailed)
        #expect(failure?.description.contains("\n") == false)
        #expect(failure?.description.contains("wrong@") == false)
        #expect(failure?.description.contains("password authentication failed") == true)
    }

    @Test func aMissingDatabaseIsOneClearLine() async throws {
        let configuration = try fixture.superuser().database("nowhere")
        let failure = await #expect(throws: PostgresError.self) { try await fixture.database(configuration).ping() }
        #expect(failure?.code == .databaseMissing)
        #expect(failure?.description.contains("database \"nowhere\" does not exist") == true)
        #expect(failure?.description.contains("\n") == false)
    }

    @Test func aDatabaseThatIsNotOpenToTheRoleIsOneClearLine() async throws {
        let configuration = try fixture.configuration(.hr).database("postgres")
        // The maintenance database is open to PUBLIC by default, so this one is closed by hand.
        let admin = fixture.database(try fixture.superuser().database("postgres"))
        try await admin.execute(SystemScope(), "REVOKE CONNECT ON DATABASE postgres FROM PUBLIC")
        let failure = await #expect(throws: PostgresError.self) { try await fixture.database(configuration).ping() }
        #expect(failure?.code == .insufficientPrivilege)
    }

    @Test func anAbsentServerIsUnavailableInTime() async throws {
        var configuration = DatabaseConfiguration(url: Redacted("postgres://a:b@/c?host=/tmp/bailiwick-nowhere"))
        configuration.acquireTimeout = .milliseconds(300)
        let started = ContinuousClock.now
        let failure = await #expect(throws: PostgresError.self) { try await fixture.database(configuration).ping() }
        #expect(failure?.code == .unavailable)
        #expect(failure?.isUnavailability == true)
        #expect(failure?.description.contains("\n") == false)
        #expect(ContinuousClock.now - started < .seconds(5))
    }
}
