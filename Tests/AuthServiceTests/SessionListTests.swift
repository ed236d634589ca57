import IdentityClient
import Postgres
@_spi(Authenticated) import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import AuthService

@Suite("The list of one's own sessions")
struct SessionListTests {
    private func queries(_ fixture: IdentityFixture) -> SessionQueries {
        SessionQueries(parts: fixture.parts, cursors: .ephemeral())
    }

    private func list(
        _ fixture: IdentityFixture, _ tokens: IssuedTokens, _ query: String = ""
    ) async throws -> JSONValue {
        let reply = try await queries(fixture).list(fixture.call(by: tokens, query: query))
        return try JSONValue.parse(reply.body)
    }

    @Test("a member sees device, address and last use of the living sessions in this organisation, and of no others")
    func lists() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let other = try await fixture.person(in: owner.tenant, roles: [.employee])
        _ = try await fixture.tokens(of: other)
        let gone = try await fixture.tokens(of: owner)
        try await fixture.sessions.signOut(fixture.accessToken(gone), fixture.call())
        let idle = try await fixture.tokens(of: owner)
        fixture.clock.advance(SessionLimits.idle)
        let mine = try await fixture.tokens(of: owner)
        let second = try await fixture.tokens(of: owner)
        fixture.clock.advance(.seconds(60))
        _ = try await fixture.sessions.refresh(second.refresh?.text ?? "", fixture.call(ip: "198.51.100.7"))

        let items = try #require(try await list(fixture, mine)["items"]?.array)
        #expect(
            items.compactMap { $0["id"]?.string }
                == [try fixture.accessToken(mine).session.text, try fixture.accessToken(second).session.text])
        #expect(items.map { $0["is_current"] } == [true, false])
        #expect(items.map { $0["ip"] } == ["192.0.2.1", "198.51.100.7"])
        #expect(items.map { $0["device"] } == ["Linux", "Linux"])
        #expect(items.map { $0["browser"] } == ["Firefox", "Firefox"])
        #expect(items[1]["last_used_at"] == fixture.clock.now.wire)
        #expect(items[0]["acr"] == "urn:bailiwick:acr:aal2")
        #expect(try await problem { _ = try await fixture.refresh(idle) } == .invalidGrant)
    }

    @Test("the list has pages, and a cursor is of its reader")
    func pages() async throws {
        let fixture = try await IdentityFixture.make()
        let queries = queries(fixture)
        let owner = try await fixture.organisation()
        let other = try await fixture.tokens(of: fixture.person(in: owner.tenant, roles: [.employee]))
        var tokens: [IssuedTokens] = []
        for _ in 0..<3 { tokens.append(try await fixture.tokens(of: owner)) }
        let first = try await JSONValue.parse(
            queries.list(fixture.call(by: tokens[0], query: "limit=2")).body)
        #expect(first["items"]?.array?.count == 2)
        let cursor = try #require(first["next_cursor"]?.string)
        let rest = try await JSONValue.parse(
            queries.list(fixture.call(by: tokens[0], query: "limit=2&cursor=\(cursor)")).body)
        #expect(
            rest["items"]?.array?.compactMap { $0["id"]?.string } == [try fixture.accessToken(tokens[2]).session.text])
        #expect(rest["next_cursor"] == .null)
        #expect(
            try await problem { _ = try await queries.list(fixture.call(by: other, query: "cursor=\(cursor)")) } != nil)
    }

    @Test("ending one reaches the revocation feed, kills its tokens, and leaves the others")
    func ends() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let mine = try await fixture.tokens(of: owner)
        let lost = try await fixture.tokens(of: owner)
        let session = try fixture.accessToken(lost).session
        try await queries(fixture).end(session, fixture.call(by: mine))
        #expect(try await problem { _ = try await fixture.refresh(lost) } == .invalidGrant)
        let notices = try await fixture.parts.revocations.page(after: 0).notices
        #expect(notices.map(\.target) == [.session(session)])
        #expect(try #require(notices.first).notBefore > lost.access.issuedAt)
        #expect(try await fixture.trail(owner.tenant).last { $0.hasPrefix("session.end") } == "session.end allowed")
        #expect(
            try await problem { try await queries(fixture).end(session, fixture.call(by: mine)) }?.status == .notFound)
        _ = try await fixture.refresh(mine)
    }

    @Test("nobody ends another's session, in the own organisation or elsewhere, and an agent none")
    func foreign() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let other = try await fixture.person(in: owner.tenant, roles: [.employee])
        let elsewhere = try await fixture.organisation("Other")
        let victim = try await fixture.tokens(of: owner)
        let session = try fixture.accessToken(victim).session
        for attacker in [try await fixture.tokens(of: other), try await fixture.tokens(of: elsewhere)] {
            let refusal = try await problem { try await queries(fixture).end(session, fixture.call(by: attacker)) }
            #expect(refusal?.status == .notFound)
        }
        let agent = try fixture.accessToken(victim, act: ["sub": "agent"])
        let call = Call(accessToken: agent, logger: TestDatabase.quiet)
        #expect(try await problem { try await queries(fixture).end(session, call) } == .noFactors)
        _ = try await fixture.refresh(victim)
    }
}
