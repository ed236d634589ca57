import Glibc
import Idempotency
import KeyVault
import Logging
@_spi(ScopeMinting) import Postgres
import SQLQuery
import ServiceKit
import TestSupport
import Testing
import WireFormat

@Suite("Stored answers", .serialized)
struct AnswerExpiryTests {
    /// Both services that keep answers, each with its own table.
    private static let services: [ServiceRole] = [.hr, .auth]

    private struct Fixture {
        let database: Database
        let vault: KeyVault
        let answers: IdempotentAnswers
        let expiry: AnswerExpiry
        let scopes = (0..<2).map { _ in TenantScope(tenant: TenantID(.generate())) }
        let start = Instant.now()
        let key: IdempotencyKey

        init(_ service: ServiceRole) async throws {
            let test = try await TestDatabase.make(migrating: [service])
            database = test.database(service, poolSize: 2)
            let path = "/tmp/bailiwick-idempotency-test-\(UUIDv7.generate()).kek"
            defer { unlink(path) }
            _ = try KeyFile.create(at: path)
            vault = KeyVault(database: database, provider: try FileKeyProvider(path: path))
            answers = IdempotentAnswers(database: database, vault: vault)
            expiry = AnswerExpiry(database: database, scope: SystemScope(), logger: TestDatabase.quiet)
            key = try #require(IdempotencyKey("the-same-key"))
        }

        func use(_ subject: UUIDv7, _ digest: UInt8 = 1) -> IdempotentUse {
            IdempotentUse(key: key, subject: subject, digest: Array(repeating: digest, count: 32))
        }

        func keep(_ use: IdempotentUse, _ body: JSONValue, _ scope: TenantScope, at now: Instant) async throws {
            let id = UUIDv7.generate()
            let sealer = try await vault.sealer(scope: scope, persons: [id])
            try await database.pipeline(
                scope,
                answers.keeping(use, id: id, body: body, headers: [:], sealer, person: id, scope, at: now))
        }

        func count(_ scope: TenantScope) async throws -> Int {
            try await database.query(
                scope, "SELECT count(*) AS n FROM idempotent_answer WHERE tenant = \(scope.tenant)")[0].get("n")
        }
    }

    @Test("an answer counts for a day; after that its key is new", arguments: services)
    func lifetime(service: ServiceRole) async throws {
        let fixture = try await Fixture(service)
        let (scope, start, use) = (fixture.scopes[0], fixture.start, fixture.use(.generate()))
        let expired = start.adding(IdempotentAnswers.lifetime)
        let young = expired.adding(.zero - .microseconds(1))
        try await fixture.keep(use, ["answer": 1], scope, at: start)
        let first = try #require(try await fixture.answers.answer(to: use, scope, at: young))
        #expect(try JSONValue.parse(first.body) == ["answer": 1])
        let taken = await #expect(throws: PostgresError.self) {
            try await fixture.keep(use, ["answer": 2], scope, at: young)
        }
        #expect(taken?.isUniqueViolation(of: IdempotentAnswers.constraint) == true)
        let other = await #expect(throws: Problem.self) {
            _ = try await fixture.answers.answer(to: fixture.use(use.subject, 2), scope, at: young)
        }
        #expect(other?.code == "idempotency-key-reused")

        #expect(try await fixture.answers.answer(to: fixture.use(use.subject, 2), scope, at: expired) == nil)
        try await fixture.keep(use, ["answer": 2], scope, at: expired)
        let second = try #require(try await fixture.answers.answer(to: use, scope, at: expired))
        #expect(try JSONValue.parse(second.body) == ["answer": 2])
    }

    @Test("what has expired is deleted, in every organisation, and nothing else", arguments: services)
    func deletion(service: ServiceRole) async throws {
        let fixture = try await Fixture(service)
        let young = fixture.start.adding(.seconds(1))
        for scope in fixture.scopes {
            for _ in 0..<3 { try await fixture.keep(fixture.use(.generate()), [:], scope, at: fixture.start) }
            try await fixture.keep(fixture.use(.generate()), [:], scope, at: young)
        }
        let day = IdempotentAnswers.lifetime
        _ = try await fixture.expiry.turn(after: "", at: fixture.start.adding(day - .microseconds(1)))
        for scope in fixture.scopes { #expect(try await fixture.count(scope) == 4) }
        let next = try await fixture.expiry.turn(after: "", at: fixture.start.adding(day))
        #expect(next.isEmpty)
        for scope in fixture.scopes { #expect(try await fixture.count(scope) == 1) }
    }
}
