import Postgres
import SQLQuery
import TestSupport
import Testing
import WireFormat

@testable import AuthService
@testable import ServiceKit

@Suite("Browser sessions")
struct BrowserSessionTests {
    private func isSignedIn(_ browser: inout TestBrowser) async throws -> Bool {
        try await browser.get("/account").status == .ok
    }

    @Test("the cookie is of this host, for TLS, hidden from scripts, and only its hash is kept")
    func cookie() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        var browser = try TestBrowser(fixture)
        let reply = try await browser.signIn(owner)
        let line = try #require(reply.headers[values: .setCookie].first { $0.hasPrefix("__Host-bailiwick_session=") })
        let attributes = Set(line.split(separator: ";").dropFirst().map { $0.drop { $0 == " " } })
        #expect(attributes == ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"])
        let value = try #require(browser.cookies[BrowserCookie.name])
        let rows = try await fixture.database.query(fixture.parts.system, "SELECT * FROM browser_session")
        #expect(rows.count == 1)
        let hash = try #require(try rows.first?.get("token_hash", as: [UInt8].self))
        #expect(hash == OpaqueToken(value, kind: .browser)?.hash)
        #expect(try await isSignedIn(&browser))
    }

    @Test("it ends 30 minutes after its last use, and 12 hours after the sign-in whatever is used")
    func limits() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        var browser = try TestBrowser(fixture)
        try await browser.signIn(owner)
        fixture.clock.advance(.seconds(30 * 60 - 1))
        #expect(try await isSignedIn(&browser))
        fixture.clock.advance(.seconds(30 * 60 - 1))
        #expect(try await isSignedIn(&browser))
        fixture.clock.advance(.seconds(30 * 60))
        #expect(try await !isSignedIn(&browser))

        try await browser.signIn(owner)
        for _ in 0..<23 {
            fixture.clock.advance(.seconds(30 * 60 - 1))
            #expect(try await isSignedIn(&browser))
        }
        fixture.clock.advance(.seconds(29 * 60))
        #expect(try await isSignedIn(&browser))
        fixture.clock.advance(.seconds(83))
        #expect(try await !isSignedIn(&browser))
    }

    @Test("each sign-in gives another id, and the former is worth nothing")
    func renewal() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        var browser = try TestBrowser(fixture)
        // What somebody put into the browser before the sign-in is not taken over.
        browser.cookies[BrowserCookie.name] = OpaqueToken.generate(.browser, tenant: owner.tenant).text
        let planted = browser.cookies[BrowserCookie.name]
        try await browser.signIn(owner)
        #expect(browser.cookies[BrowserCookie.name] != planted)
        var former = browser
        try await browser.signIn(owner)
        #expect(former.cookies[BrowserCookie.name] != browser.cookies[BrowserCookie.name])
        #expect(try await !isSignedIn(&former))
        #expect(try await isSignedIn(&browser))
        #expect(try await fixture.trail(owner.tenant).last == "session.renew allowed")
    }

    @Test("two cookies of the name, another kind of token and another tenant's name sign nobody in")
    func forged() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let stranger = try await fixture.organisation("Other")
        var browser = try TestBrowser(fixture)
        try await browser.signIn(owner)
        let value = try #require(browser.cookies[BrowserCookie.name])
        let forgeries = [
            value.replacing("bwb.", with: "bwd."), value.replacing(owner.tenant.text, with: stranger.tenant.text),
            value.replacing(owner.tenant.text, with: "system"), String(value.dropLast()), value + "A", "",
            String(repeating: "a", count: 1_000_000), "\(value); \(BrowserCookie.name)=\(value)",
        ]
        for forgery in forgeries {
            browser.cookies[BrowserCookie.name] = forgery
            #expect(try await !isSignedIn(&browser))
        }
        browser.cookies[BrowserCookie.name] = value
        #expect(try await isSignedIn(&browser))
    }

    @Test("a form from another page, or from no page that the browser names, changes nothing")
    func foreignForms() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        var browser = try TestBrowser(fixture)
        try await browser.signIn(owner)
        let places: [(String?, String?)] = [
            (nil, "same-origin"), ("http://localhost:7001", nil), (nil, nil), ("null", "same-origin"),
            ("https://evil.example", "same-origin"), ("http://localhost:7001", "cross-site"),
            ("http://localhost:7001", "same-site"), ("http://localhost:7001", "none"),
            ("https://localhost:7001", "same-origin"), ("http://localhost:7002", "same-origin"),
            ("http://localhost:7001.evil.example", "same-origin"), ("http://LOCALHOST:7001", "same-origin"),
        ]
        let posts = browser.routes.filter {
            $0.method == .post && !$0.path.hasPrefix("/v1/") && $0.path != "/authorize"
        }
        #expect(
            posts.map(\.path).sorted() == ["/consent", "/sign-in", "/sign-in/code", "/sign-in/passkey", "/sign-out"])
        for (origin, site) in places {
            browser.origin = origin
            browser.site = site
            // Proxies' fields have no say.
            browser.headers = [.init("Host")!: "evil.example", .init("X-Forwarded-Host")!: "evil.example"]
            for post in posts {
                let reply = try await browser.post(post.path, [])
                #expect(reply.status == .forbidden, "\(post.path) from \(origin ?? "-"), \(site ?? "-")")
                #expect(reply.headers[.setCookie] == nil)
            }
        }
        browser.headers = [:]
        #expect(try await isSignedIn(&browser))
        for origin in ["http://localhost:7001", "http://127.0.0.1:7001"] {
            (browser.origin, browser.site) = (origin, "same-origin")
            #expect(try await browser.post("/consent", []).status == .badRequest)
        }
        let out = try await browser.post("/sign-out", [])
        #expect(out.status == .ok)
        #expect(browser.cookies[BrowserCookie.name] == nil)
    }

    @Test("what ends a member's or an account's sessions ends the browser's")
    func endings() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let person = try await fixture.person(in: owner.tenant, roles: [.employee])
        var browser = try TestBrowser(fixture)
        try await browser.signIn(person)
        #expect(try await isSignedIn(&browser))
        let token = try fixture.accessToken(try await fixture.tokens(of: owner))
        _ = try await MembershipEnding(parts: fixture.parts).end(
            person.member, version: ETag(version: 2), by: token, where: "true", decision: nil, fixture.call())
        #expect(try await !isSignedIn(&browser))
    }

    @Test("signing out ends the session at the server, not only in the browser")
    func signOut() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        var browser = try TestBrowser(fixture)
        try await browser.signIn(owner)
        var copy = browser
        _ = try await browser.post("/sign-out", [])
        #expect(try await !isSignedIn(&copy))
        #expect(try await fixture.trail(owner.tenant).last == "session.sign_out allowed")
        try await Housekeeping(parts: fixture.parts, logger: TestDatabase.quiet).clean()
        fixture.clock.advance(Housekeeping.grace + .seconds(1))
        try await Housekeeping(parts: fixture.parts, logger: TestDatabase.quiet).clean()
        let rows = try await fixture.database.query(fixture.parts.system, "SELECT * FROM browser_session")
        #expect(rows.isEmpty)
    }
}
