import Postgres
import SQLQuery
import TestSupport
import Testing
import WebAuthn
import WebAuthnTestSupport
import WireFormat

@testable import AuthService
@testable import ServiceKit

@Suite("Sign-in pages")
struct SignInPageTests {
    @Test("every page forbids what is inline or from elsewhere, frames, and keeping")
    func headers() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        var browser = try TestBrowser(fixture)
        var replies = [
            try await browser.get("/sign-in"), try await browser.post("/sign-in", [("email", "x"), ("password", "y")]),
            try await browser.get("/authorize"), try await browser.get("/sign-out"),
        ]
        try await browser.signIn(owner)
        replies += [try await browser.get("/account"), try await browser.get("/sign-out")]
        for reply in replies {
            let policy = reply.headers[.contentSecurityPolicy] ?? ""
            #expect(policy.contains("default-src 'none'"))
            #expect(policy.contains("frame-ancestors 'none'"))
            #expect(policy.contains("script-src 'self';"))
            #expect(!policy.contains("unsafe"))
            #expect(reply.headers[.frameOptions] == "DENY")
            #expect(reply.headers[.cacheControl] == "no-store")
            #expect(reply.headers[.contentType] == "text/html; charset=utf-8")
            #expect(reply.html.contains("<html lang=\"en\">"))
            #expect(!reply.html.contains(" style="))
            #expect(!reply.html.contains("onclick"))
            #expect(reply.html.matches(of: /<script(?! src="\/assets\/)/).isEmpty)
            for input in reply.html.matches(of: /<input id="([^"]+)"/) {
                #expect(reply.html.contains("<label for=\"\(input.output.1)\""), "no label for \(input.output.1)")
            }
        }
        for name in ["Sec-Fetch-Site", "X-Frame-Options", "Referrer-Policy"] {
            let names = [HTTPField.Name.fetchSite, .frameOptions, .referrerPolicy].map(\.rawName)
            #expect(names.contains(name))
        }
    }

    @Test("unknown, wrong, too long and absurd are told what the JSON interface tells")
    func sameAnswers() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        var browser = try TestBrowser(fixture)
        let before = try await fixture.database.query(
            fixture.parts.system, "SELECT count(*) AS n FROM sign_in_challenge")
        let wrong = try await browser.post("/sign-in", [("email", owner.email), ("password", "wrong password")])
        let unknown = try await browser.post(
            "/sign-in", [("email", "nobody@example.org"), ("password", "wrong password")])
        let foreign = try await browser.post(
            "/sign-in",
            [
                ("email", owner.email), ("password", IdentityFixture.password),
                ("organisation", UUIDv7.generate().text),
            ])
        for reply in [wrong, unknown, foreign] {
            #expect(reply.status == .unauthorized)
            #expect(reply.alert == "The e-mail address, the password or the organisation is not right.")
        }
        // But for the address that was typed the pages are the same.
        #expect(
            wrong.html.replacing(owner.email, with: "-") == unknown.html.replacing("nobody@example.org", with: "-"))
        let long = try await browser.post(
            "/sign-in", [("email", String(repeating: "a", count: 300)), ("password", "x")])
        #expect(long.status == .unprocessableContent)
        let script = "\"><script>alert(1)</script>"
        let escaped = try await browser.post("/sign-in", [("email", script), ("password", "x")])
        #expect(!escaped.html.contains("<script>alert"))
        #expect(escaped.html.contains("&lt;script&gt;"))
        let organisation = try await browser.post(
            "/sign-in", [("email", "x"), ("password", "x"), ("organisation", "'; DROP TABLE account --")])
        #expect(organisation.status == .unprocessableContent)
        let twice = try await browser.post("/sign-in", [("email", "x"), ("email", "y"), ("password", "x")])
        #expect(twice.status == .unprocessableContent)
        let after = try await fixture.database.query(
            fixture.parts.system, "SELECT count(*) AS n FROM sign_in_challenge")
        #expect(try before.first?.get("n", as: Int64.self) == after.first?.get("n", as: Int64.self))
        #expect(browser.cookies.isEmpty)
    }

    @Test("the limits of the JSON interface hold, and say when to come back")
    func limits() async throws {
        var rules = RateRules.generous
        rules.signInByAccount = .tight("password-account", free: 2)
        let fixture = try await IdentityFixture.make(rules: rules)
        let owner = try await fixture.organisation()
        var browser = try TestBrowser(fixture)
        for _ in 0..<2 { _ = try await browser.post("/sign-in", [("email", owner.email), ("password", "wrong")]) }
        let reply = try await browser.post(
            "/sign-in", [("email", owner.email), ("password", IdentityFixture.password)])
        #expect(reply.status == .tooManyRequests)
        #expect(reply.headers[.retryAfter] != nil)
        #expect(reply.alert?.hasPrefix("Too many requests. Try again in ") == true)
    }

    @Test("a wrong code keeps the challenge for another try, five in all; a used one opens nothing")
    func codes() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        fixture.clock.advance(.seconds(TOTP.stepSeconds))
        var browser = try TestBrowser(fixture)
        let first = try await browser.post(
            "/sign-in", [("email", owner.email), ("password", IdentityFixture.password)])
        #expect(first.status == .ok)
        #expect(browser.cookies.isEmpty)
        let challenge = try #require(first.hidden("challenge"))
        let wrong = try await browser.post("/sign-in/code", [("challenge", challenge), ("code", "000000")])
        #expect(wrong.status == .unauthorized)
        #expect(wrong.hidden("challenge") == challenge)
        #expect(wrong.alert?.hasPrefix("Wait for the next code") == true)
        let recovery = try await browser.post(
            "/sign-in/code", [("challenge", challenge), ("code", "AAAA-AAAA-AAAA-AAAA")])
        #expect(recovery.status == .unauthorized)
        let neither = try await browser.post("/sign-in/code", [("challenge", challenge), ("code", "<b>")])
        #expect(neither.status == .unprocessableContent)
        let code = owner.totp.code(step: fixture.step)
        let done = try await browser.post("/sign-in/code", [("challenge", challenge), ("code", code)])
        #expect(done.status == .seeOther)
        #expect(done.location == "/account")
        var thief = try TestBrowser(fixture)
        let again = try await thief.post("/sign-in/code", [("challenge", challenge), ("code", code)])
        #expect(again.status == .unauthorized)
        #expect(again.html.contains("name=\"password\""))
        #expect(thief.cookies.isEmpty)
    }

    @Test("somebody of two organisations chooses one by its name, and switches by signing in anew")
    func organisations() async throws {
        let fixture = try await IdentityFixture.make()
        let first = try await fixture.organisation("First & Co")
        let second = try await fixture.organisation("Second")
        let (_, invitation) = try await fixture.invite(first.email, in: second.tenant, roles: [.employee])
        let started = try await fixture.accept(invitation.token.text)
        fixture.clock.advance(.seconds(TOTP.stepSeconds))
        try await fixture.confirm(started, first.totp)
        fixture.clock.advance(.seconds(TOTP.stepSeconds))
        var browser = try TestBrowser(fixture)
        let page = try await browser.post("/sign-in", [("email", first.email), ("password", IdentityFixture.password)])
        #expect(page.html.contains("First &amp; Co"))
        #expect(page.html.contains("Second"))
        #expect(page.html.contains("<legend>"))
        let challenge = try #require(page.hidden("challenge"))
        let form = [("challenge", challenge), ("code", first.totp.code(step: fixture.step))]
        #expect(try await browser.post("/sign-in/code", form).status == .conflict)
        let foreign = try await browser.post("/sign-in/code", form + [("organisation", UUIDv7.generate().text)])
        #expect(foreign.status == .unauthorized)
        let chosen = try await browser.post("/sign-in/code", form + [("organisation", second.tenant.text)])
        #expect(chosen.status == .seeOther)
        let account = try await browser.get("/account")
        #expect(account.html.contains("signed in to <strong>Second</strong>"))
        #expect(account.html.contains("/sign-in?organisation=\(first.tenant.text)"))
    }

    @Test("a passkey signs in through the page, once")
    func passkey() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let tokens = try await fixture.tokens(of: owner)
        let authenticator = SoftwareAuthenticator(
            .es256, relyingPartyID: "localhost", origin: "http://localhost:7001")
        let commands = PasskeyCommands(parts: fixture.parts)
        let begun = try await commands.begin(fixture.accessToken(tokens), fixture.call())
        let passkey = try await commands.register(
            RegisterPasskeyRequest.decode(from: [
                "registration": .string(begun.token.text), "name": "Key",
                "credential": authenticator.register(challenge: begun.challenge).json,
            ]), fixture.accessToken(tokens), fixture.call())
        var browser = try TestBrowser(fixture)
        let options = try await PasskeySignIn(parts: fixture.parts).begin(
            PasskeySignInRequest.decode(from: [:]), fixture.call())
        let answer = authenticator.assert(
            challenge: options.challenge, userHandle: Passkey.userHandle(of: passkey.account), .init())
        let form = [
            ("challenge", options.token.text),
            ("credential", String(decoding: answer.json.bytes(), as: UTF8.self)),
        ]
        #expect(try await browser.post("/sign-in/passkey", form).location == "/account")
        #expect(browser.cookies[BrowserCookie.name] != nil)
        var thief = try TestBrowser(fixture)
        #expect(try await thief.post("/sign-in/passkey", form).status == .unauthorized)
        let bad = try await thief.post("/sign-in/passkey", [("challenge", "x"), ("credential", "{")])
        #expect(bad.status == .badRequest)
        #expect(thief.cookies.isEmpty)
    }
}
