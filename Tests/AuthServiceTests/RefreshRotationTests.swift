import AuditCore
import IdentityClient
import KeyVault
@_spi(ScopeMinting) import Postgres
import SQLQuery
import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import AuthService

@Suite("Rotation of refresh tokens")
struct RefreshRotationTests {
    private func refusal(_ fixture: IdentityFixture, _ tokens: IssuedTokens) async throws -> Problem? {
        try await problem { _ = try await fixture.refresh(tokens) }
    }

    @Test("30 parallel uses of one token, at two copies, all get the same successor, and it is good")
    func parallel() async throws {
        let fixture = try await IdentityFixture.make()
        let other = try fixture.secondCopy()
        let owner = try await fixture.organisation()
        let first = try await fixture.tokens(of: owner)
        let given = try await withThrowingTaskGroup(of: IssuedTokens.self) { group in
            for index in 0..<30 {
                group.addTask { try await (index.isMultiple(of: 2) ? fixture : other).refresh(first) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(given.compactMap(\.refresh?.text)).count == 1)
        #expect(Set(given.map(\.access.jti)).count == 30)
        fixture.clock.advance(.seconds(9))
        #expect(try await fixture.refresh(first).refresh?.text == given[0].refresh?.text)
        let second = try await fixture.refresh(given[0])
        #expect(second.refresh?.text != given[0].refresh?.text)
        let trail = try await fixture.trail(owner.tenant)
        #expect(!trail.contains { $0.contains("reuse") })
        #expect(trail.filter { $0 == "session.refresh allowed" }.count == 32)
        await other.database.close()
    }

    @Test("neither a token nor its successor is in the table, and without the vault's key nobody derives one")
    func storedHashed() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let first = try await fixture.tokens(of: owner)
        let second = try await fixture.refresh(first)
        let rows = try await fixture.database.query(
            TenantScope(tenant: owner.tenant),
            "SELECT t::text AS line FROM refresh_token t WHERE tenant = \(owner.tenant)")
        #expect(rows.count == 2)
        for token in [first.refresh, second.refresh] {
            let secret = try #require(token?.text.split(separator: ".").last.map(String.init))
            let hex = try #require(Base64URL.decode(secret)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
                .joined()
            for row in rows {
                let line = try row.get("line", as: String.self)
                #expect(!line.contains(secret) && !line.contains(hex))
            }
        }
        // Another installation has another key.
        let stranger = try await IdentityFixture.make()
        let succession = try await stranger.parts.secrets.vault.succession(scope: stranger.parts.system)
        #expect(first.refresh?.successor(succession).text != second.refresh?.text)
    }

    @Test("a use after ten seconds ends the family, its access tokens included, and raises an alert; others go on")
    func late() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let bystander = try await fixture.tokens(of: owner)
        let first = try await fixture.tokens(of: owner)
        let second = try await fixture.refresh(first)
        fixture.clock.advance(SessionCommands.rotationGrace)
        #expect(try await refusal(fixture, first) == .invalidGrant)
        #expect(try await refusal(fixture, second) == .invalidGrant)
        #expect(try await refusal(fixture, first) == .invalidGrant)
        let trail = try await fixture.trail(owner.tenant)
        #expect(trail.filter { $0 == "session.refresh denied refresh-reuse" }.count == 1)
        #expect(trail.filter { $0 == "alert.raise allowed refresh-token-reuse" }.count == 1)
        let page = try await fixture.parts.revocations.page(after: 0)
        let session = try fixture.accessToken(second).session
        let notice = try #require(page.notices.first { $0.target == .session(session) })
        #expect(notice.notBefore > second.access.issuedAt)
        #expect(page.notices.count == 1)
        _ = try await fixture.refresh(bystander)
    }

    @Test("a grandparent ends the family, however young it is")
    func grandparent() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let first = try await fixture.tokens(of: owner)
        let second = try await fixture.refresh(first)
        let third = try await fixture.refresh(second)
        #expect(try await refusal(fixture, first) == .invalidGrant)
        #expect(try await refusal(fixture, third) == .invalidGrant)
        #expect(try await fixture.trail(owner.tenant).contains("alert.raise allowed refresh-token-reuse"))
    }

    @Test("a token of hours ago is known too, as long as its session lives")
    func hoursAgo() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let first = try await fixture.tokens(of: owner)
        var latest = first
        for _ in 0..<6 {
            latest = try await fixture.refresh(latest)
            fixture.clock.advance(.seconds(29 * 60))
        }
        _ = try await Housekeeping(parts: fixture.parts, logger: TestDatabase.quiet).cleanTenants(after: nil)
        #expect(try await refusal(fixture, first) == .invalidGrant)
        #expect(try await refusal(fixture, latest) == .invalidGrant)
        #expect(try await fixture.trail(owner.tenant).contains("alert.raise allowed refresh-token-reuse"))
    }

    @Test("after a sign-out nothing of the family works, within the ten seconds neither, and nobody is alarmed")
    func afterSignOut() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let first = try await fixture.tokens(of: owner)
        let second = try await fixture.refresh(first)
        try await fixture.sessions.signOut(fixture.accessToken(second), fixture.call())
        #expect(try await refusal(fixture, first) == .invalidGrant)
        #expect(try await refusal(fixture, second) == .invalidGrant)
        #expect(try await !fixture.trail(owner.tenant).contains { $0.hasPrefix("alert.raise") })
    }

    // MARK: Paused between using the parent and inserting its successor

    @Test("a sign-out while a rotation is paused: the late successor is dead")
    func pausedAndEnded() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let first = try await fixture.tokens(of: owner)
        let pause = try await PausedRotation(fixture)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pause.hold() }
            #expect(try await pause.isHeld())
            group.addTask {
                let late = try await fixture.refresh(first)
                #expect(try await refusal(fixture, late) == .invalidGrant, "the late successor lives")
            }
            #expect(try await pause.waiters(1))
            group.addTask { try await fixture.sessions.signOut(fixture.accessToken(first), fixture.call()) }
            #expect(try await pause.waiters(2))
            pause.release()
            try await group.waitForAll()
        }
        let page = try await fixture.parts.revocations.page(after: 0)
        #expect(page.notices.map(\.target) == [.session(try fixture.accessToken(first).session)])
        await pause.close()
    }

    @Test("a copy that dies while it rotates loses nothing: the token is good still, and gives the same successor")
    func pausedAndKilled() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let first = try await fixture.tokens(of: owner)
        let succession = try await fixture.parts.secrets.vault.succession(scope: fixture.parts.system)
        let pause = try await PausedRotation(fixture)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pause.hold() }
            #expect(try await pause.isHeld())
            group.addTask { await #expect(throws: (any Error).self) { _ = try await fixture.refresh(first) } }
            #expect(try await pause.waiters(1))
            try await pause.killWaiters()
            pause.release()
            try await group.waitForAll()
        }
        let second = try await fixture.refresh(first)
        #expect(second.refresh?.text == first.refresh?.successor(succession).text)
        _ = try await fixture.refresh(second)
        await pause.close()
    }
}

/// Holds every rotation of a database between the use of a token and the insertion of its successor.
private struct PausedRotation: Sendable {
    private static let key: Int64 = 30
    private let superuser: Database
    private let gate = AsyncStream.makeStream(of: Void.self)

    init(_ fixture: IdentityFixture) async throws {
        superuser = fixture.test.database(fixture.test.superuser(schema: "auth"))
        try await superuser.execute(
            SystemScope(),
            """
            CREATE FUNCTION pause_rotation() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN PERFORM pg_advisory_xact_lock(30); RETURN NEW; END'
            """)
        try await superuser.execute(
            SystemScope(),
            """
            CREATE TRIGGER pause_rotation BEFORE INSERT ON refresh_token
            FOR EACH ROW WHEN (NEW.parent IS NOT NULL) EXECUTE FUNCTION pause_rotation()
            """)
    }

    /// Pauses rotations until it is released.
    func hold() async throws {
        try await superuser.transaction(SystemScope()) { transaction in
            _ = try await transaction.query("SELECT pg_advisory_xact_lock(\(Self.key))")
            for await _ in gate.stream {}
        }
    }

    func release() { gate.continuation.finish() }

    func isHeld() async throws -> Bool {
        try await eventually {
            try await count("SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND objid = 30 AND granted")
                == 1
        }
    }

    /// Whether so many connections of the service wait for a lock.
    func waiters(_ count: Int64) async throws -> Bool {
        try await eventually {
            try await self.count(
                """
                SELECT count(*) AS n FROM pg_stat_activity
                WHERE datname = current_database() AND usename = 'bailiwick_auth' AND wait_event_type = 'Lock'
                """) == count
        }
    }

    func killWaiters() async throws {
        _ = try await superuser.query(
            SystemScope(),
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND usename = 'bailiwick_auth' AND wait_event_type = 'Lock'
            """)
    }

    func close() async { await superuser.close() }

    private func count(_ sql: SQL) async throws -> Int64 {
        try await superuser.query(SystemScope(), sql).first?.get("n") ?? 0
    }
}
