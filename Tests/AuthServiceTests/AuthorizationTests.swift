import IdentityClient
import Postgres
import SQLQuery
import TestSupport
import Testing
import WireFormat

@testable import AuthService
@_spi(Authenticated) @testable import ServiceKit

@Suite("Authorization codes")
struct AuthorizationTests {
    private struct Scene {
        let fixture: IdentityFixture
        let owner: IdentityFixture.Person
        let application: TestApplication
        var browser: TestBrowser
    }

    private func scene(_ changes: [String: JSONValue] = [:]) async throws -> Scene {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        return Scene(
            fixture: fixture, owner: owner, application: try await TestApplication.make(fixture, owner, changes),
            browser: try TestBrowser(fixture))
    }

    @Test("sign-in, agreement, code, tokens: the whole way, with state and issuer in the answer")
    func wholeWay() async throws {
        var scene = try await scene()
        let (application, fixture) = (scene.application, scene.fixture)
        let start = try await scene.browser.get(application.url())
        #expect(start.status == .seeOther)
        let request = try #require(start.parameter("request"))
        #expect(start.location.hasPrefix("/sign-in?request="))
        let form = try await scene.browser.get(start.location)
        #expect(form.html.contains("Rota &amp; Co &lt;planner&gt;"))
        #expect(form.headers[.contentSecurityPolicy]?.contains("form-action 'self' https://app.example;") == true)
        let signedIn = try await scene.browser.signIn(scene.owner, request: request)
        let consent = try await scene.browser.get(signedIn.location)
        #expect(consent.status == .ok)
        #expect(consent.html.contains("see your e-mail address"))
        let agreed = try await scene.browser.post("/consent", [("request", request), ("decision", "allow")])
        #expect(agreed.status == .seeOther)
        #expect(agreed.location.hasPrefix(TestApplication.redirect + "&code="))
        #expect(agreed.parameter("state") == "a state &=")
        #expect(agreed.parameter("iss") == IdentityFixture.issuer)

        let reply = try await application.redeem(try #require(agreed.parameter("code")))
        #expect(reply.status == .ok)
        #expect(reply.headers[.cacheControl] == "no-store")
        #expect(reply.json["scope"] == "openid email organisation offline_access")
        let access = TestApplication.claims(reply.json["access_token"]?.string)
        #expect(access["aud"] == [.string(IdentityFixture.issuer)])
        #expect(access["client_id"]?.string == application.id)
        let id = TestApplication.claims(reply.json["id_token"]?.string)
        #expect(id["aud"]?.string == application.id)
        #expect(id["nonce"] == "a-nonce")
        #expect(id["sub"]?.string == scene.owner.member.text)
        #expect(id["acr"] == "urn:bailiwick:acr:aal2")
        #expect(id["iss"]?.string == IdentityFixture.issuer)
        let end = try #require(id["exp"]?.integer)
        #expect(end <= fixture.clock.now.seconds + 600)

        scene.browser.headers[.authorization] = "Bearer " + (reply.json["access_token"]?.string ?? "")
        let claims = try await scene.browser.get("/v1/userinfo").json
        #expect(claims["sub"]?.string == scene.owner.member.text)
        #expect(claims["email"]?.string == scene.owner.email)
        #expect(claims["roles"] == ["owner"])
        scene.browser.headers = [:]

        // Agreed once, not asked again; a step more is asked.
        #expect(try await scene.browser.get(application.url()).parameter("code") != nil)
        #expect(try await scene.browser.get(application.url(["scope": "openid api"])).status == .ok)
        let refreshed = try await application.refresh(reply.json["refresh_token"]?.string)
        #expect(refreshed.status == .ok)
        #expect(TestApplication.claims(refreshed.json["access_token"]?.string)["aud"] == access["aud"])
        #expect(refreshed.json["scope"] == reply.json["scope"])
    }

    @Test("a refresh token goes with `offline_access`, an ID token with `openid`, the product with `api`")
    func scopes() async throws {
        var scene = try await scene()
        let application = scene.application
        let code = try await application.code(&scene.browser, ["scope": "email api"])
        let reply = try await application.redeem(code).json
        #expect(reply["refresh_token"] == nil)
        #expect(reply["id_token"] == nil)
        #expect(
            TestApplication.claims(reply["access_token"]?.string)["aud"]
                == [.string(IdentityFixture.issuer), "bailiwick"])
        scene.browser.headers[.authorization] = "Bearer " + (reply["access_token"]?.string ?? "")
        #expect(try await scene.browser.get("/v1/userinfo").status == .forbidden)
        // A frontend's own token has no scope; it is not for userinfo.
        let own = try await scene.fixture.tokens(of: scene.owner)
        scene.browser.headers[.authorization] = "Bearer " + own.access.compact.reveal()
        #expect(try await scene.browser.get("/v1/userinfo").status == .forbidden)
        for bearer in ["", "x", "a.b.c", String(repeating: "a", count: 1_000_000)] {
            scene.browser.headers[.authorization] = "Bearer " + bearer
            #expect(try await scene.browser.get("/v1/userinfo").status == .unauthorized)
        }
    }

    @Test("an application acts in the product for a person, and manages neither the person's factors nor sessions")
    func factors() async throws {
        let scene = try await scene()
        let parts = scene.fixture.parts
        let own = try scene.fixture.accessToken(try await scene.fixture.tokens(of: scene.owner))
        for (client, isOwn) in [(SessionCommands.firstPartyClient, true), (scene.application.id, false)] {
            let token = AccessToken(
                compact: own.compact, tenant: own.tenant, subject: own.subject, roles: own.roles,
                employeeID: own.employeeID, amr: own.amr, authTime: own.authTime, session: own.session,
                clientID: client, jti: own.jti, expires: own.expires, issuedAt: own.issuedAt, act: nil)
            let call = Call(query: try .parse("", allowed: []), accessToken: token, logger: TestDatabase.quiet)
            let refusals = [
                try await problem { _ = try await PasskeyCommands(parts: parts).list(token) },
                try await problem {
                    _ = try await SessionQueries(parts: parts, cursors: .ephemeral()).list(call)
                },
                try await problem {
                    try await SessionQueries(parts: parts, cursors: .ephemeral()).end(own.session, call)
                },
            ]
            #expect(refusals == [Problem?](repeating: isOwn ? nil : .noFactors, count: 3), "\(client)")
        }
    }

    @Test("a code takes one try: whatever was wrong with the first, the right one comes too late")
    func oneTry() async throws {
        var scene = try await scene()
        let application = scene.application
        let other = try await TestApplication.make(scene.fixture, scene.owner)
        let verifier = String(repeating: "v", count: 43)
        let tries: [(String, [String: String], String?)] = [
            ("wrong-verifier", ["code_verifier": verifier], nil),
            ("wrong-verifier", ["code_verifier": application.challenge], nil),
            ("wrong-redirect", ["redirect_uri": "https://app.example/other"], nil),
            ("wrong-redirect", ["redirect_uri": TestApplication.redirect + "/"], nil),
            ("foreign-code", [:], other.basic),
        ]
        for (reason, changes, basic) in tries {
            let code = try await application.code(&scene.browser)
            let refusal = try await application.redeem(code, changes, basic: basic)
            #expect(refusal.status == .badRequest)
            #expect(refusal.json["error"] == "invalid_grant")
            #expect(try await scene.fixture.trail(scene.owner.tenant).last == "application.redeem denied \(reason)")
            #expect(try await application.redeem(code).json["error"] == "invalid_grant", "\(reason)")
        }
        let late = try await application.code(&scene.browser)
        scene.fixture.clock.advance(.seconds(60))
        #expect(try await application.redeem(late).json["error"] == "invalid_grant")
        let code = try await application.code(&scene.browser)
        for form in [
            ["code_verifier": ""], ["code": ""], ["code": "bwa.system.x"], ["code": code.replacing("bwa", with: "bwr")],
        ] {
            #expect(try await application.redeem(code, form).status == .badRequest)
        }
        let signedOut = try await application.code(&scene.browser)
        _ = try await scene.browser.post("/sign-out", [])
        #expect(try await application.redeem(signedOut).json["error"] == "invalid_grant")
    }

    @Test("of 20 parallel tries of one code one gets tokens, and these are void as soon as the next was heard")
    func parallel() async throws {
        var scene = try await scene()
        let application = scene.application
        let code = try await application.code(&scene.browser)
        let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
            for _ in 0..<20 { group.addTask { try await application.redeem(code) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let successes = replies.filter { $0.status == .ok }
        #expect(successes.count == 1)
        #expect(replies.filter { $0.json["error"] == "invalid_grant" }.count == 19)
        let tokens = try #require(successes.first).json
        #expect(try await application.introspect(tokens["access_token"]?.string)["active"] == false)
        #expect(try await application.introspect(tokens["refresh_token"]?.string)["active"] == false)
        #expect(try await application.refresh(tokens["refresh_token"]?.string).json["error"] == "invalid_grant")
        scene.browser.headers[.authorization] = "Bearer " + (tokens["access_token"]?.string ?? "")
        #expect(try await scene.browser.get("/v1/userinfo").status == .unauthorized)
        let page = try await scene.fixture.parts.revocations.page(after: 0)
        let session = try #require(
            TestApplication.claims(tokens["access_token"]?.string)["sid"]?.string.flatMap { UUIDv7($0) })
        #expect(page.notices.contains { $0.target == .session(session) })
        #expect(try await scene.fixture.trail(scene.owner.tenant).contains("application.redeem denied code-reuse"))
        // Nobody else's session ended with it.
        scene.browser.headers = [:]
        #expect(try await scene.browser.get("/account").status == .ok)
    }

    @Test("a code that is shown again revokes what it gave, whoever shows it")
    func reuse() async throws {
        var scene = try await scene()
        let application = scene.application
        let other = try await TestApplication.make(scene.fixture, scene.owner)
        let code = try await application.code(&scene.browser)
        let tokens = try await application.redeem(code).json
        #expect(try await application.introspect(tokens["access_token"]?.string)["active"] == true)
        #expect(try await application.redeem(code, basic: other.basic).status == .badRequest)
        #expect(try await application.introspect(tokens["access_token"]?.string)["active"] == false)
        #expect(try await application.refresh(tokens["refresh_token"]?.string).status == .badRequest)
    }

    @Test("refresh tokens are their application's alone, and a session is never longer than the sign-in")
    func refresh() async throws {
        var scene = try await scene()
        let application = scene.application
        let other = try await TestApplication.make(scene.fixture, scene.owner)
        let tokens = try await application.redeem(application.code(&scene.browser)).json
        let refresh = tokens["refresh_token"]?.string
        #expect(try await other.refresh(refresh).json["error"] == "invalid_grant")
        var program = try TestBrowser(scene.fixture)
        let bare = [("grant_type", "refresh_token"), ("refresh_token", refresh ?? "")]
        #expect(try await program.post("/v1/token", bare).json["error"] == "invalid_grant")
        #expect(try await program.post("/v1/token", bare + [("client_id", application.id)]).status == .unauthorized)
        // Nothing of this was a use: the token is still good.
        var latest = try await application.refresh(refresh)
        #expect(latest.status == .ok)
        for _ in 0..<25 {
            scene.fixture.clock.advance(.seconds(29 * 60))
            let next = try await application.refresh(latest.json["refresh_token"]?.string)
            guard next.status == .ok else { break }
            latest = next
        }
        let end = TestApplication.claims(latest.json["access_token"]?.string)["exp"]?.integer ?? 0
        let signIn = TestApplication.claims(tokens["id_token"]?.string)["auth_time"]?.integer ?? 0
        #expect(end <= signIn + 12 * 3600)
        #expect(try await application.refresh(latest.json["refresh_token"]?.string).json["error"] == "invalid_grant")
    }

    @Test("a public client proves nothing but its code")
    func publicClient() async throws {
        var scene = try await scene(["authentication": "none"])
        let application = scene.application
        let code = try await application.code(&scene.browser)
        let other = try await TestApplication.make(scene.fixture, scene.owner)
        let foreign = try await application.redeem(
            code, ["client_id": application.id], basic: other.basic)
        #expect(foreign.status == .unauthorized)
        let tokens = try await application.redeem(code)
        #expect(tokens.status == .ok)
        var program = try TestBrowser(scene.fixture)
        let form = [("token", tokens.json["access_token"]?.string ?? ""), ("client_id", application.id)]
        #expect(try await program.post("/v1/introspect", form).status == .unauthorized)
        #expect(try await program.post("/v1/revoke", form).status == .ok)
        scene.browser.headers[.authorization] = "Bearer " + (tokens.json["access_token"]?.string ?? "")
        #expect(try await scene.browser.get("/v1/userinfo").status == .unauthorized)
    }

    @Test("a request that is not right goes nowhere, or back with an error; nobody is asked anything")
    func refusals() async throws {
        var scene = try await scene()
        let application = scene.application
        let nowhere: [[String: String?]] = [
            ["client_id": nil], ["client_id": UUIDv7.generate().text], ["client_id": "'; DROP TABLE application --"],
            ["redirect_uri": "https://evil.example/"], ["redirect_uri": nil],
            ["request_uri": "https://evil.example/request.jwt"],
            ["request_uri": AuthorizationRequest.uriPrefix + "bwq.system.x"],
        ]
        for changes in nowhere {
            let reply = try await scene.browser.get(application.url(changes))
            #expect(reply.status == .badRequest, "\(changes)")
            #expect(reply.location.isEmpty)
            #expect(reply.alert != nil)
            #expect(!reply.html.contains("evil.example"))
        }
        for (changes, error) in [
            (["code_challenge_method": "plain"], "invalid_request"), (["code_challenge": nil], "invalid_request"),
            (["response_type": "token"], "unsupported_response_type"), (["scope": "root"], "invalid_scope"),
            (["prompt": "none"], "login_required"),
        ] as [([String: String?], String)] {
            let reply = try await scene.browser.get(application.url(changes))
            #expect(reply.location.hasPrefix(TestApplication.redirect + "&error="), "\(changes)")
            #expect(reply.parameter("error") == error)
            #expect(reply.parameter("state") == "a state &=")
            #expect(reply.parameter("iss") == IdentityFixture.issuer)
        }
        let twice = try await scene.browser.get(application.url() + "&client_id=\(application.id)")
        #expect(twice.status == .badRequest)
    }

    @Test("somebody who does not agree is sent back with `access_denied`, and the request is over")
    func denied() async throws {
        var scene = try await scene()
        try await scene.browser.signIn(scene.owner)
        let page = try await scene.browser.get(scene.application.url())
        let request = try #require(page.hidden("request"))
        let odd = try await scene.browser.post("/consent", [("request", request), ("decision", "perhaps")])
        #expect(odd.status == .unprocessableContent)
        let reply = try await scene.browser.post("/consent", [("request", request), ("decision", "deny")])
        #expect(reply.parameter("error") == "access_denied")
        #expect(reply.parameter("code") == nil)
        let later = try await scene.browser.post("/consent", [("request", request), ("decision", "allow")])
        #expect(later.status == .badRequest)
        #expect(try await scene.browser.get(scene.application.url()).status == .ok)
    }

    @Test("agreement counts for the member who gave it, and a form that is sent twice gives one code")
    func consents() async throws {
        var scene = try await scene()
        let colleague = try await scene.fixture.person(in: scene.owner.tenant, roles: [.employee])
        _ = try await scene.application.code(&scene.browser)
        var theirs = try TestBrowser(scene.fixture)
        try await theirs.signIn(colleague)
        let page = try await theirs.get(scene.application.url())
        #expect(page.status == .ok)
        let request = try #require(page.hidden("request"))
        let browser = theirs
        let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    var copy = browser
                    return try await copy.post("/consent", [("request", request), ("decision", "allow")])
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(replies.filter { $0.parameter("code") != nil }.count == 1)
        // Without the cookie the same form leads to a sign-in.
        var stranger = try TestBrowser(scene.fixture)
        let other = try await theirs.get(scene.application.url(["prompt": "consent"]))
        let pending = try #require(other.hidden("request"))
        let reply = try await stranger.post("/consent", [("request", pending), ("decision", "allow")])
        #expect(reply.location.hasPrefix("/sign-in"))
    }

    @Test("`prompt=login`, `max_age` and `acr_values` ask again, once; somebody of another organisation signs in anew")
    func stepUp() async throws {
        var scene = try await scene()
        let application = scene.application
        _ = try await application.code(&scene.browser)
        scene.fixture.clock.advance(.seconds(100))
        for changes in [["prompt": "login"], ["max_age": "99"]] {
            let asked = try await scene.browser.get(application.url(changes))
            #expect(asked.location.hasPrefix("/sign-in"), "\(changes)")
            let before = scene.browser.cookies[BrowserCookie.name]
            let reply = try await scene.browser.signIn(scene.owner, request: asked.parameter("request"))
            #expect(scene.browser.cookies[BrowserCookie.name] != before)
            #expect(try await scene.browser.get(reply.location).parameter("code") != nil)
            scene.fixture.clock.advance(.seconds(100))
        }
        let asked = try await scene.browser.get(application.url(["acr_values": "phr"]))
        let reply = try await scene.browser.signIn(scene.owner, request: asked.parameter("request"))
        #expect(try await scene.browser.get(reply.location).parameter("error") == "unmet_authentication_requirements")

        let stranger = try await scene.fixture.organisation("Other")
        var theirs = try TestBrowser(scene.fixture)
        try await theirs.signIn(stranger)
        let foreign = try await theirs.get(application.url())
        #expect(foreign.location.hasPrefix("/sign-in"))
        scene.fixture.clock.advance(.seconds(TOTP.stepSeconds))
        let refused = try await theirs.post(
            "/sign-in",
            [
                ("email", stranger.email), ("password", IdentityFixture.password),
                ("request", foreign.parameter("request") ?? ""),
            ])
        #expect(refused.status == .unauthorized)
    }

    @Test("a form from the application's own page is taken in and goes on by GET")
    func byForm() async throws {
        var scene = try await scene()
        (scene.browser.origin, scene.browser.site) = ("https://app.example", "cross-site")
        let reply = try await scene.browser.post("/authorize", scene.application.parameters())
        #expect(reply.status == .seeOther)
        #expect(reply.location.hasPrefix("/authorize/resume?request="))
        #expect(try await scene.browser.get(reply.location).location.hasPrefix("/sign-in"))
        #expect(try await scene.browser.get("/authorize/resume?request=none").status == .badRequest)
    }

    // MARK: Pushed requests

    @Test("a pushed request is its application's, once and for a minute, and nothing of the address can change it")
    func pushed() async throws {
        var scene = try await scene()
        let application = scene.application
        let other = try await TestApplication.make(scene.fixture, scene.owner)
        func push(_ changes: [String: String?] = [:]) async throws -> Reply {
            var program = try TestBrowser(scene.fixture)
            return try await program.post("/v1/par", application.parameters(changes), basic: application.basic)
        }
        func url(_ uri: String?, _ id: String) -> String {
            RedirectURI.adding([("client_id", id), ("request_uri", uri ?? "")], to: "/authorize")
        }
        let reply = try await push()
        #expect(reply.status == .created)
        #expect(reply.json["expires_in"] == 60)
        let uri = reply.json["request_uri"]?.string
        #expect(try await scene.browser.get(url(uri, other.id)).status == .badRequest)
        let begun = try await scene.browser.get(
            url(uri, application.id) + "&scope=api&redirect_uri=https%3A%2F%2Fevil.example")
        let request = try #require(begun.parameter("request"))
        let signedIn = try await scene.browser.signIn(scene.owner, request: request)
        let page = try await scene.browser.get(signedIn.location)
        #expect(!page.html.contains("whatever you may"))
        #expect(page.html.contains("https://app.example."))
        #expect(try await scene.browser.get(url(uri, application.id)).status == .badRequest)

        let late = try await push().json["request_uri"]?.string
        scene.fixture.clock.advance(.seconds(60))
        #expect(try await scene.browser.get(url(late, application.id)).status == .badRequest)
        // What was pushed is no page's request, nor the other way round.
        let token = try await push().json["request_uri"]?.string?.replacing(AuthorizationRequest.uriPrefix, with: "")
        #expect(try await scene.browser.get("/authorize/resume?request=\(token ?? "")").status == .badRequest)
        #expect(
            try await scene.browser.get(url(AuthorizationRequest.uriPrefix + request, application.id)).status
                == .badRequest)

        for (changes, error) in [
            (["redirect_uri": "https://evil.example"], "invalid_request"),
            (["request_uri": "urn:x"], "invalid_request"),
            (["code_challenge_method": "plain"], "invalid_request"), (["scope": "root"], "invalid_scope"),
        ] as [([String: String?], String)] {
            let refusal = try await push(changes)
            #expect(refusal.status == .badRequest)
            #expect(refusal.json["error"]?.string == error, "\(changes)")
        }
        var stranger = try TestBrowser(scene.fixture)
        #expect(try await stranger.post("/v1/par", application.parameters()).status == .unauthorized)
    }

    @Test("of 10 parallel uses of one pushed request one goes on")
    func parallelPushed() async throws {
        let scene = try await scene()
        let application = scene.application
        var program = try TestBrowser(scene.fixture)
        let uri =
            try await program.post("/v1/par", application.parameters(), basic: application.basic)
            .json["request_uri"]?.string ?? ""
        let url = RedirectURI.adding([("client_id", application.id), ("request_uri", uri)], to: "/authorize")
        let begun = try await withThrowingTaskGroup(of: Reply.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    var browser = scene.browser
                    return try await browser.get(url)
                }
            }
            return try await group.reduce(into: 0) { $0 += $1.status == .seeOther ? 1 : 0 }
        }
        #expect(begun == 1)
    }

    // MARK: Looking at tokens, and ending them

    @Test("an application sees and ends its own tokens, and nobody else's")
    func inspection() async throws {
        var scene = try await scene()
        let application = scene.application
        let other = try await TestApplication.make(scene.fixture, scene.owner)
        let tokens = try await application.redeem(application.code(&scene.browser)).json
        let (access, refresh) = (tokens["access_token"]?.string, tokens["refresh_token"]?.string)
        let seen = try await application.introspect(access)
        #expect(seen["active"] == true)
        #expect(seen["sub"]?.string == scene.owner.member.text)
        #expect(try await application.introspect(refresh)["scope"] == tokens["scope"])
        let own = try await scene.fixture.tokens(of: scene.owner)
        for text in [
            access, refresh, own.access.compact.reveal(), own.refresh?.text, tokens["id_token"]?.string, "", "x.y.z",
            String(repeating: "a", count: 10_000),
        ] { #expect(try await other.introspect(text) == ["active": false]) }
        #expect(try await application.introspect(tokens["id_token"]?.string) == ["active": false])
        #expect(try await application.introspect((access ?? "") + "A") == ["active": false])

        var program = try TestBrowser(scene.fixture)
        for text in [access, refresh, own.refresh?.text] {
            #expect(try await program.post("/v1/revoke", [("token", text ?? "")], basic: other.basic).status == .ok)
        }
        #expect(try await application.introspect(access)["active"] == true)
        _ = try await scene.fixture.refresh(own)
        #expect(
            try await program.post("/v1/revoke", [("token", refresh ?? "")], basic: application.basic).status == .ok)
        #expect(try await application.introspect(access) == ["active": false])
        #expect(try await application.introspect(refresh) == ["active": false])
        #expect(try await scene.fixture.trail(scene.owner.tenant).last == "application.revoke allowed")
        scene.fixture.clock.advance(.seconds(601))
        #expect(try await application.introspect(access) == ["active": false])
    }

    @Test("signing out at an application's word needs this browser's own ID token, else the person is asked")
    func signOut() async throws {
        var scene = try await scene()
        let application = scene.application
        let tokens = try await application.redeem(application.code(&scene.browser)).json
        let hint = tokens["id_token"]?.string ?? ""
        func url(_ fields: [(String, String)]) -> String { RedirectURI.adding(fields, to: "/sign-out") }
        let place = [("post_logout_redirect_uri", TestApplication.goodbye), ("state", "s&t")]

        for fields in [
            [("id_token_hint", hint), ("post_logout_redirect_uri", "https://evil.example/")],
            [("client_id", application.id), ("post_logout_redirect_uri", TestApplication.goodbye + "/")],
            [("client_id", application.id), ("post_logout_redirect_uri", TestApplication.redirect)],
            [("post_logout_redirect_uri", TestApplication.goodbye)],
            [("client_id", UUIDv7.generate().text), ("post_logout_redirect_uri", TestApplication.goodbye)],
            [("id_token_hint", hint), ("client_id", UUIDv7.generate().text)],
        ] {
            let reply = try await scene.browser.get(url(fields))
            #expect(reply.status == .badRequest)
            #expect(reply.location.isEmpty)
            #expect(!reply.html.contains("evil.example"))
        }
        // Not ours, an access token, or another browser's: the person is asked.
        for wrong in [hint + "A", tokens["access_token"]?.string ?? "", "x"] {
            let reply = try await scene.browser.get(
                url([("id_token_hint", wrong), ("client_id", application.id)] + place))
            #expect(reply.status == .ok)
            #expect(reply.html.contains("asks to sign you out"))
        }
        var other = try TestBrowser(scene.fixture)
        try await other.signIn(scene.owner)
        #expect(try await other.get(url([("id_token_hint", hint)] + place)).status == .ok)
        #expect(try await other.get("/account").status == .ok)
        #expect(try await application.introspect(tokens["access_token"]?.string)["active"] == true)

        let done = try await scene.browser.get(url([("id_token_hint", hint)] + place))
        #expect(done.location == TestApplication.goodbye + "?state=s%26t")
        #expect(scene.browser.cookies[BrowserCookie.name] == nil)
        #expect(try await application.introspect(tokens["access_token"]?.string)["active"] == false)
        #expect(try await application.refresh(tokens["refresh_token"]?.string).json["error"] == "invalid_grant")
        let confirmed = try await other.post("/sign-out", [("client_id", application.id)] + place)
        #expect(confirmed.location == TestApplication.goodbye + "?state=s%26t")
        #expect(try await other.get("/account").status == .seeOther)
    }

    @Test("two browsers of one person are apart, and a colleague in the same browser ends what was before")
    func browsers() async throws {
        var scene = try await scene()
        let application = scene.application
        let colleague = try await scene.fixture.person(in: scene.owner.tenant, roles: [.employee])
        let tokens = try await application.redeem(application.code(&scene.browser)).json
        // The same member again: applications stay signed in.
        try await scene.browser.signIn(scene.owner)
        #expect(try await application.introspect(tokens["access_token"]?.string)["active"] == true)
        try await scene.browser.signIn(colleague)
        #expect(try await application.introspect(tokens["access_token"]?.string)["active"] == false)
    }

    @Test("what clients learn is so: addresses from configuration, no other flow, no other method")
    func metadata() async throws {
        var scene = try await scene()
        scene.browser.headers = [
            .init("Host")!: "evil.example", .init("X-Forwarded-Host")!: "evil.example",
            .init("X-Forwarded-Proto")!: "https", .init("Forwarded")!: "host=evil.example",
        ]
        let reply = try await scene.browser.get("/.well-known/openid-configuration")
        #expect(!reply.html.contains("evil.example"))
        #expect(reply.json["issuer"]?.string == IdentityFixture.issuer)
        #expect(reply.json["response_types_supported"] == ["code"])
        #expect(reply.json["code_challenge_methods_supported"] == ["S256"])
        #expect(reply.json["grant_types_supported"]?.array?.contains("password") == false)
        #expect(reply.json["authorization_response_iss_parameter_supported"] == true)
        let other = try await scene.browser.get("/.well-known/oauth-authorization-server")
        #expect(other.json == reply.json)
        let start = try await scene.browser.get(scene.application.url())
        #expect(start.location.hasPrefix("/sign-in?"))
        for grant in ["password", "implicit", "urn:ietf:params:oauth:grant-type:device_code"] {
            scene.browser.headers = [:]
            let reply = try await scene.browser.post("/v1/token", [("grant_type", grant)])
            #expect(reply.json["error"] == "unsupported_grant_type")
        }
    }

    @Test("requests and codes that are over go, tenant by tenant")
    func housekeeping() async throws {
        var scene = try await scene()
        _ = try await scene.application.code(&scene.browser)
        scene.fixture.clock.advance(Housekeeping.grace + .seconds(1000))
        _ = try await Housekeeping(parts: scene.fixture.parts, logger: TestDatabase.quiet).cleanTenants(after: nil)
        let scope = scene.application.application.tenantScope
        for table: SQL in ["authorization_code", "authorization_request"] {
            let rows = try await scene.fixture.database.query(scope, "SELECT count(*) AS n FROM \(table)")
            #expect(try rows.first?.get("n", as: Int64.self) == 0)
        }
    }
}
