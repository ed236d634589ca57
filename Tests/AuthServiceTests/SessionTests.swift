import AuditCore
import IdentityClient
@_spi(ScopeMinting) import Postgres
import SQLQuery
import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import AuthService

@Suite("Sessions and refresh tokens")
struct SessionTests {
    @Test("a refresh gives a new pair in the same session, and the old one is used up")
    func rotation() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let first = try await fixture.tokens(of: owner)
        let second = try await fixture.refresh(first)
        #expect(second.refresh?.text != first.refresh?.text)
        let (before, after) = (try IdentityFixture.claims(first), try IdentityFixture.claims(second))
        #expect(before["sid"] == after["sid"])
        #expect(before["auth_time"] == after["auth_time"])
        #expect(before["jti"] != after["jti"])
        #expect(try await fixture.trail(owner.tenant).last == "session.refresh allowed")
    }

    @Test("a session ends after 30 minutes without use, and 12 hours after its sign-in whatever its use")
    func limits() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let idle = try await fixture.tokens(of: owner)
        fixture.clock.advance(SessionLimits.idle)
        #expect(try await problem { _ = try await fixture.refresh(idle) } == .invalidGrant)

        var tokens = try await fixture.tokens(of: owner)
        let end = fixture.clock.now.adding(SessionLimits.absolute)
        while fixture.clock.now.adding(.seconds(29 * 60)) < end {
            fixture.clock.advance(.seconds(29 * 60))
            tokens = try await fixture.refresh(tokens)
            #expect(tokens.access.expires <= end)
        }
        fixture.clock.advance(.seconds(29 * 60))
        #expect(try await problem { _ = try await fixture.refresh(tokens) } == .invalidGrant)
    }

    @Test("signing out ends the session and voids its tokens, once")
    func signOut() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let tokens = try await fixture.tokens(of: owner)
        let token = try fixture.accessToken(tokens)
        try await fixture.sessions.signOut(token, fixture.call())
        try await fixture.sessions.signOut(token, fixture.call())
        #expect(try await problem { _ = try await fixture.refresh(tokens) } == .invalidGrant)
        let page = try await fixture.parts.revocations.page(after: 0)
        #expect(page.notices.filter { $0.target == .session(token.session) }.count == 1)
        #expect(try await fixture.trail(owner.tenant).filter { $0 == "session.sign_out allowed" }.count == 1)
    }

    @Test("a refresh token is found in its own tenant only, and in no other form")
    func tenant() async throws {
        let fixture = try await IdentityFixture.make()
        let (owner, other) = (try await fixture.organisation(), try await fixture.organisation("Other"))
        let text = try #require(try await fixture.tokens(of: owner).refresh?.text)
        for forged in [
            text.replacing(owner.tenant.text, with: other.tenant.text), text + "A", String(text.dropLast()), "", "bwr",
            text.replacing("bwr", with: "bwi"), String(repeating: "a", count: 1_000_000),
        ] {
            let refusal = try await problem { _ = try await fixture.sessions.refresh(forged, fixture.call()) }
            #expect(refusal == .invalidGrant, "\(forged.prefix(60))")
        }
        _ = try await fixture.sessions.refresh(text, fixture.call())
    }

    @Test("an account has at most 50 living sessions: the one that was used least lately ends, and its tokens with it")
    func mostLiving() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        var tokens: [IssuedTokens] = []
        for _ in 0..<52 { tokens.append(try await fixture.tokens(of: owner)) }
        for ended in tokens[..<2] {
            let session = try fixture.accessToken(ended).session
            let notices = try await fixture.parts.revocations.page(after: 0).notices
            #expect(notices.contains { $0.target == .session(session) && $0.notBefore > ended.access.issuedAt })
            #expect(try await problem { _ = try await fixture.refresh(ended) } == .invalidGrant)
        }
        #expect(try await fixture.parts.revocations.page(after: 0).notices.count == 2)
        for living in tokens[2...] { _ = try await fixture.refresh(living) }
    }

    @Test("sessions go a day after their end, with what hangs on them, and not before")
    func pruning() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        _ = try await fixture.tokens(of: owner)
        func remaining() async throws -> Int {
            let housekeeping = Housekeeping(parts: fixture.parts, logger: TestDatabase.quiet)
            _ = try await housekeeping.cleanTenants(after: nil)
            return try await fixture.database.query(fixture.parts.system, "SELECT id FROM session").count
        }
        fixture.clock.advance(SessionLimits.absolute + Housekeeping.grace)
        #expect(try await remaining() == 1)
        let latest = try await fixture.tokens(of: owner)
        fixture.clock.advance(.seconds(1))
        #expect(try await remaining() == 1)
        _ = try await fixture.refresh(latest)
    }
}
