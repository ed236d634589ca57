import Testing
import WireFormat

@testable import IdentityClient

@Suite("the copy of the revocation feed")
struct RevocationLedgerTests {
    let tenant = TenantID(UUIDv7.generate())
    let start = Instant(seconds: 1_795_000_000)

    private func notice(_ position: Int64, _ member: UUIDv7, _ at: Instant) -> RevocationNotice {
        RevocationNotice(position: position, tenant: tenant, target: .member(tenant, member), notBefore: at)
    }

    @Test("it is fresh for ten seconds after the last whole answer was asked for")
    func freshness() {
        let ledger = RevocationLedger()
        let clock = ContinuousClock.now
        #expect(!ledger.isFresh(at: clock))
        ledger.apply(RevocationPage(through: 5, more: true, notices: []), asked: clock, now: start)
        #expect(!ledger.isFresh(at: clock), "half a backlog is none")
        ledger.apply(RevocationPage(through: 9, more: false, notices: []), asked: clock, now: start)
        #expect(ledger.isFresh(at: clock + .seconds(10)))
        #expect(!ledger.isFresh(at: clock + .seconds(10) + .milliseconds(1)))
        #expect(ledger.position == 9)
    }

    @Test("a feed that went backwards is read again from the start before it is believed")
    func restoredFeed() {
        let ledger = RevocationLedger()
        let (clock, member) = (ContinuousClock.now, UUIDv7.generate())
        ledger.apply(
            RevocationPage(through: 9, more: false, notices: [notice(9, member, start)]), asked: clock, now: start)
        ledger.apply(RevocationPage(through: 3, more: false, notices: []), asked: clock, now: start)
        #expect(!ledger.isFresh(at: clock))
        #expect(ledger.position == 0)
        #expect(
            ledger.isRevoked(tenant: tenant, member: member, session: .generate(), issuedAt: start.adding(.seconds(-1)))
        )
        ledger.apply(RevocationPage(through: 3, more: false, notices: []), asked: clock, now: start)
        #expect(ledger.isFresh(at: clock))
    }

    @Test("a bound never falls, is forgotten when no token can be that old, and is exact to the microsecond")
    func bounds() {
        var index = RevocationIndex()
        let member = UUIDv7.generate()
        index.apply(notice(1, member, start), now: start)
        index.apply(notice(2, member, start.adding(.seconds(-100))), now: start)
        func isRevoked(_ issued: Instant) -> Bool {
            index.isRevoked(tenant: tenant, member: member, session: .generate(), issuedAt: issued)
        }
        #expect(isRevoked(Instant(microseconds: start.microseconds - 1)))
        #expect(!isRevoked(start))
        index.prune(now: start.adding(.seconds(610)), longestLifetime: .seconds(610))
        #expect(index.count == 1)
        index.prune(now: start.adding(.seconds(611)), longestLifetime: .seconds(610))
        #expect(index.count == 0)
    }

    @Test("an overflowing index forgets nobody's revocation: it raises the floor for everybody")
    func overflow() {
        var index = RevocationIndex(capacity: 100)
        let members = (0..<1000).map { _ in UUIDv7.generate() }
        for (offset, member) in members.enumerated() {
            index.apply(
                notice(Int64(offset + 1), member, start.adding(.seconds(offset))), now: start.adding(.seconds(offset)))
        }
        #expect(index.count <= 100)
        for (offset, member) in members.enumerated() {
            let issued = start.adding(.seconds(offset - 1))
            #expect(index.isRevoked(tenant: tenant, member: member, session: .generate(), issuedAt: issued))
        }
        #expect(
            !index.isRevoked(
                tenant: tenant, member: members[0], session: .generate(), issuedAt: start.adding(.seconds(1000))))
        index.prune(now: start.adding(.seconds(10_000)), longestLifetime: .seconds(600))
        #expect(index.floor == nil)
    }

    @Test("bounds ahead of the clock void nobody else's fresh tokens when the index overflows")
    func overflowAhead() {
        let (member, ahead) = (UUIDv7.generate(), start.adding(.seconds(61)))
        func isRevoked(_ index: RevocationIndex, issued: Instant) -> Bool {
            index.isRevoked(tenant: tenant, member: member, session: .generate(), issuedAt: issued)
        }
        var index = RevocationIndex(capacity: 10)
        let sessions = (0..<20).map { _ in UUIDv7.generate() }
        for (offset, session) in sessions.enumerated() {
            index.apply(
                RevocationNotice(
                    position: Int64(offset + 1), tenant: tenant, target: .session(session), notBefore: ahead),
                now: start)
        }
        #expect(!isRevoked(index, issued: start))
        for session in sessions {
            #expect(index.isRevoked(tenant: tenant, member: member, session: session, issuedAt: start))
        }
        // Past twice its capacity memory counts for more: what is forgotten stays revoked, at everybody's cost.
        for offset in 20..<100 {
            index.apply(notice(Int64(offset + 1), .generate(), ahead.adding(.microseconds(offset))), now: start)
        }
        #expect(index.count <= 20)
        #expect(isRevoked(index, issued: start))
        // Once the clock has caught up, the older half goes as ever.
        let later = ahead.adding(.seconds(1))
        index = RevocationIndex(capacity: 10)
        for offset in 0..<100 {
            index.apply(notice(Int64(offset + 1), .generate(), ahead.adding(.microseconds(offset))), now: later)
        }
        #expect(index.count <= 20)
        #expect(!isRevoked(index, issued: later))
    }

    @Test("the cache of verified tokens is bounded")
    func cache() throws {
        let cache = VerifiedTokenCache(generation: 10)
        let claims = try AccessTokenClaims(
            .object(issuer.claims()), compact: "x", rules: AccessTokenRules(issuer: "https://auth.example"))
        for index in 0..<1000 {
            cache.remember(claims, of: "token-\(index)")
            _ = cache.claims(of: "token-0")
        }
        #expect(cache.count <= 20)
        #expect(cache.claims(of: "token-0") != nil, "what is in use stays")
        #expect(cache.claims(of: "token-5") == nil)
        cache.clear()
        #expect(cache.count == 0)
    }
}
