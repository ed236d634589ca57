import IdentityClient
@_spi(ScopeMinting) import Postgres
import SQLQuery
import ServiceKit
import Synchronization
import TestSupport
import Testing
import WireFormat

@testable import AuthService

@Suite("The revocation feed")
struct RevocationTests {
    private let tenant = TenantID(.generate())

    private func raise(_ fixture: IdentityFixture) async throws {
        try await fixture.database.execute(
            TenantScope(tenant: tenant),
            RevocationStore.revoke(member: .generate(), of: tenant, notBefore: fixture.clock.now))
    }

    @Test("a commit that comes late is never skipped: later ones wait for it, or stand behind it")
    func lateCommit() async throws {
        let fixture = try await IdentityFixture.make()
        let store = fixture.parts.revocations
        let (raised, release) = (Gate(), Gate())
        let late = UUIDv7.generate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await fixture.database.transaction(TenantScope(tenant: tenant)) { transaction in
                    try await transaction.execute(
                        RevocationStore.revoke(member: late, of: tenant, notBefore: fixture.clock.now))
                    raised.open()
                    await release.wait()
                }
            }
            await raised.wait()
            // A second one starts while the first is open. A reader that looks all the while must see both.
            group.addTask { try await raise(fixture) }
            group.addTask {
                var position: Int64 = 0
                var seen: [RevocationNotice] = []
                let complete = try await eventually {
                    let page = try await store.page(after: position)
                    seen += page.notices
                    position = page.through
                    // By now the reader has had every chance to run ahead of the open transaction.
                    release.open()
                    return seen.count == 2
                }
                #expect(complete)
                #expect(seen.contains { $0.target == .member(tenant, late) })
                #expect(seen.map(\.position) == seen.map(\.position).sorted())
            }
            try await group.waitForAll()
        }
    }

    @Test("a reader that follows 200 concurrent writers, some of which roll back, sees exactly what committed")
    func concurrentWriters() async throws {
        let fixture = try await IdentityFixture.make()
        let store = fixture.parts.revocations
        struct RolledBack: Error {}
        let members = (0..<200).map { _ in UUIDv7.generate() }
        let expected = Set(members.enumerated().filter { $0.offset % 5 != 0 }.map(\.element))
        let seen = try await withThrowingTaskGroup(of: [RevocationNotice]?.self) { group in
            for (index, member) in members.enumerated() {
                group.addTask {
                    do {
                        try await fixture.database.transaction(TenantScope(tenant: tenant)) { transaction in
                            try await transaction.execute(
                                RevocationStore.revoke(member: member, of: tenant, notBefore: fixture.clock.now))
                            if index % 5 == 0 { throw RolledBack() }
                        }
                    } catch is RolledBack {}
                    return nil
                }
            }
            group.addTask {
                var position: Int64 = 0
                var seen: [RevocationNotice] = []
                _ = try await eventually {
                    let page = try await store.page(after: position)
                    seen += page.notices
                    position = page.through
                    return seen.count >= expected.count
                }
                return seen
            }
            return try await group.reduce(into: [RevocationNotice]()) { $0 += $1 ?? [] }
        }
        #expect(seen.count == expected.count)
        #expect(Set(seen.map(\.target)) == Set(expected.map { .member(tenant, $0) }))
    }

    @Test("a waiting reader is answered as soon as something commits")
    func longPoll() async throws {
        let fixture = try await IdentityFixture.make()
        let feed = RevocationFeed(store: fixture.parts.revocations, logger: TestDatabase.quiet)
        let running = Task { try await feed.run() }
        defer { running.cancel() }
        async let page = feed.page(after: 0, wait: .seconds(20))
        let start = ContinuousClock.now
        try await raise(fixture)
        #expect(try await page.notices.count == 1)
        #expect(start.duration(to: .now) < .seconds(5))
        let empty = try await feed.page(after: page.through, wait: .zero)
        #expect(empty.notices.isEmpty)
        #expect(try await empty.through == page.through)
    }

    private final class Count: Sendable {
        let value = Atomic<Int>(0)
    }

    @Test("while nobody listens a waiting reader looks a few times a second, and no more often")
    func blind() async throws {
        let fixture = try await IdentityFixture.make()
        let (store, looks) = (fixture.parts.revocations, Count())
        let feed = RevocationFeed(store: store, logger: TestDatabase.quiet) { position in
            looks.value.add(1, ordering: .relaxed)
            return try await store.page(after: position)
        }
        let page = try await feed.page(after: 0, wait: .seconds(2))
        #expect(page.notices.isEmpty)
        #expect((2...9).contains(looks.value.load(ordering: .relaxed)))
    }

    @Test("a reader ahead of the feed starts over")
    func restored() async throws {
        let fixture = try await IdentityFixture.make()
        try await raise(fixture)
        let page = try await fixture.parts.revocations.page(after: 1_000_000)
        #expect(page.through == 0)
        #expect(page.more)
    }

    @Test("notices are kept as long as a token they void can live, and then removed")
    func pruning() async throws {
        let fixture = try await IdentityFixture.make()
        let store = fixture.parts.revocations
        try await raise(fixture)
        try await store.prune(now: .now().adding(AccessTokenIssuer.lifetime))
        #expect(try await store.page(after: 0).notices.count == 1)
        try await store.prune(now: .now().adding(RevocationStore.retention + .seconds(5)))
        #expect(try await store.page(after: 0).notices.isEmpty)
    }

    @Test("the service's own role cannot number, date or change a notice")
    func grants() async throws {
        let fixture = try await IdentityFixture.make()
        try await raise(fixture)
        let scope = TenantScope(tenant: tenant)
        for statement: SQL in [
            "INSERT INTO revocation (position, tenant, member, not_before) VALUES (1, 'x', \(UUIDv7.generate()), now())",
            "UPDATE revocation SET not_before = '1970-01-01'", "TRUNCATE revocation",
        ] {
            let error = await #expect(throws: PostgresError.self) {
                try await fixture.database.execute(scope, statement)
            }
            #expect(error?.code == .insufficientPrivilege)
        }
    }

    @Test("the service's own verifier refuses a token once its session has ended")
    func ownVerifier() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let feed = RevocationFeed(store: fixture.parts.revocations, logger: TestDatabase.quiet)
        let authority = AccessTokenAuthority(
            rules: AccessTokenRules(issuer: IdentityFixture.issuer),
            source: LocalIdentitySource(keys: fixture.parts.keys, feed: feed), logger: TestDatabase.quiet,
            now: { fixture.clock.now })
        let services = [Task { try await feed.run() }, Task { try await authority.run() }]
        defer { for service in services { service.cancel() } }
        #expect(try await eventually { await authority.isReady() })

        let tokens = try await fixture.tokens(of: owner)
        let token = try await authority.verify(tokens.access.compact.reveal())
        #expect(token.subject == owner.member)
        #expect(token.roles == ["owner"])
        try await fixture.sessions.signOut(token, fixture.call())
        let refused = try await eventually(within: .seconds(5)) {
            try await problem { _ = try await authority.verify(tokens.access.compact.reveal()) }?.code
                == "token-revoked"
        }
        #expect(refused)
    }
}
