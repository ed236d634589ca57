import AuditCore
import Crypto
import Foundation
import IdentityClient
import PolicyClient
import PolicyCore
import Postgres
import SQLQuery
import TestSupport
import Testing
import WireFormat

@testable import AuthService
@testable import ServiceKit

@Suite("Applications")
struct ApplicationTests {
    private static let body: [String: JSONValue] = [
        "name": "Rota", "redirect_uris": ["https://app.example/cb"], "scopes": ["openid"], "authentication": "none",
    ]

    @Test("what cannot be registered is refused with its pointer")
    func bodies() {
        let cases: [([String: JSONValue?], String)] = [
            (["redirect_uris": []], "/redirect_uris"), (["redirect_uris": ["http://app.example/"]], "/redirect_uris"),
            (["redirect_uris": ["https://a/", "https://a/"]], "/redirect_uris"),
            (["redirect_uris": .some(nil)], "/redirect_uris"), (["redirect_uris": "https://a/"], "/redirect_uris"),
            (["redirect_uris": .array((0...10).map { .string("https://a/\($0)") })], "/redirect_uris"),
            (["post_logout_redirect_uris": ["javascript:alert(1)"]], "/post_logout_redirect_uris"),
            (["scopes": []], "/scopes"), (["scopes": ["openid", "root"]], "/scopes"),
            (["scopes": ["openid", "openid"]], "/scopes"),
            (["authentication": "client_secret_post"], "/authentication"),
            (["authentication": "private_key_jwt"], "/jwks"), (["jwks": ["keys": []]], "/jwks/keys"),
            (["name": " "], "/name"), (["name": "a\u{7}"], "/name"), (["tenant": "other"], "/tenant"),
        ]
        for (changes, pointer) in cases {
            var body = Self.body
            for (name, value) in changes { body[name] = value }
            let errors = #expect(throws: FieldErrors.self) { try ApplicationRequest.decode(from: .object(body)) }
            #expect(errors?.errors.first?.pointer == pointer, "\(changes)")
        }
    }

    @Test("the secret is shown once and kept hashed; the trail has who registered what")
    func registration() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let application = try await TestApplication.make(fixture, owner)
        let secret = try #require(application.registered.secret)
        let row = try #require(
            try await fixture.database.query(fixture.parts.system, "SELECT * FROM application").first)
        #expect(try row.get("secret_hash", as: [UInt8].self) == secret.hash)
        #expect(application.registered.wire["client_secret"]?.string == secret.text)
        #expect(application.application.wire["client_secret"] == nil)
        let event = try #require(try await fixture.events(owner.tenant).last)
        #expect(event["action"]?.string == "application.create")
        #expect(event["actor"]?["id"]?.string == owner.member.text)
        #expect(!"\(event)".contains(secret.text))
    }

    /// Who asks, with PolicyEngine's shipped policies.
    private func deciding<R: Sendable>(
        role: Role, _ body: (IdentityFixture, IdentityFixture.Person, ApplicationRoutes, AccessToken) async throws -> R
    ) async throws -> R {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let person = try await fixture.person(in: owner.tenant, roles: [role])
        let token = try fixture.accessToken(try await fixture.tokens(of: person))
        let bundle = try PolicyStandIn.bundle { $1 }
        let subject = Subject(tenant: owner.tenant.text, id: token.subject.text, roles: token.roles)
        return try await PolicyStandIn.deciding(by: bundle, for: subject, asking: .auth) { policy in
            try await body(
                fixture, owner, ApplicationRoutes(parts: fixture.parts, policy: policy, cursors: .ephemeral()), token)
        }
    }

    private func call(_ token: AccessToken, id: UUIDv7? = nil, _ body: [String: JSONValue]? = nil) -> Call {
        Call(
            method: .post, parameters: id.map { ["id": $0.text] } ?? [:],
            body: body.map { JSONValue.object($0).bytes() } ?? [], bodyRule: .json, accessToken: token,
            logger: TestDatabase.quiet)
    }

    @Test("an administrator registers, lists and ends; the list shows no secret")
    func administrator() async throws {
        try await deciding(role: .admin) { fixture, owner, routes, token in
            var body = Self.body
            body["authentication"] = "client_secret_basic"
            let created = try await routes.create(call(token, id: nil, body))
            #expect(created.status == .created)
            #expect(created.headers[.cacheControl] == "no-store")
            let id = try #require(created.json["id"]?.string.flatMap { UUIDv7($0) })
            let list = try await routes.list(call(token))
            #expect(list.json["items"]?.array?.first?["name"]?.string == "Rota")
            #expect(!list.html.contains("bwk."))
            #expect(try await routes.end(call(token, id: id)).status == .noContent)
            #expect(try await problem { _ = try await routes.end(call(token, id: id)) } == .applicationEnded)
            let unknown = try await problem { _ = try await routes.end(call(token, id: .generate())) }
            #expect(unknown?.status == .notFound)
            let trail = try await fixture.trail(owner.tenant)
            #expect(trail.contains("application.create allowed"))
            #expect(trail.contains("application.end allowed"))
            #expect(trail.last == "application.end denied not-found")
        }
    }

    @Test("others do not, and the refusal is on record", arguments: [Role.employee, .hrLead, .viewer])
    func others(role: Role) async throws {
        try await deciding(role: role) { fixture, owner, routes, token in
            let refusals = [
                try await problem { _ = try await routes.create(call(token, id: nil, Self.body)) },
                try await problem { _ = try await routes.list(call(token)) },
                try await problem { _ = try await routes.end(call(token, id: .generate())) },
            ]
            #expect(refusals.allSatisfy { $0?.status == .forbidden })
            #expect(
                try await fixture.trail(owner.tenant).suffix(3) == [
                    "application.create denied no-grant", "application.view denied no-grant",
                    "application.end denied no-grant",
                ])
            let rows = try await fixture.database.query(fixture.parts.system, "SELECT id FROM application")
            #expect(rows.isEmpty)
        }
    }

    @Test("another organisation's application is not there")
    func foreign() async throws {
        try await deciding(role: .admin) { fixture, _, routes, token in
            let stranger = try await fixture.organisation("Other")
            let application = try await TestApplication.make(fixture, stranger)
            #expect(try await routes.list(call(token)).json["items"]?.array?.isEmpty == true)
            let refusal = try await problem {
                _ = try await routes.end(call(token, id: application.application.id))
            }
            #expect(refusal?.status == .notFound)
            let store = ApplicationStore(database: fixture.database, system: fixture.parts.system)
            #expect(try await store.find(application.application.id) != nil)
        }
    }

    // MARK: Proving itself

    private func authenticate(
        _ application: TestApplication, _ form: [String: String] = [:], header: String? = nil
    ) async throws -> Problem? {
        var headers: HTTPFields = [:]
        headers[.authorization] = header
        return try await problem {
            _ = try await ApplicationAuthentication(parts: application.fixture.parts).application(
                Call(headers: headers, logger: TestDatabase.quiet), form, endpoint: "/v1/par")
        }
    }

    private func basic(_ text: String) -> String { "Basic " + Data(text.utf8).base64EncodedString() }

    @Test("a secret proves its application, in one way only")
    func secrets() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let one = try await TestApplication.make(fixture, owner)
        let other = try await TestApplication.make(fixture, owner)
        let secret = try #require(one.registered.secret?.text)
        #expect(try await authenticate(one, header: basic("\(one.id):\(secret)")) == nil)
        #expect(try await authenticate(one, ["client_id": one.id], header: basic("\(one.id):\(secret)")) == nil)
        let headers: [String?] = [
            nil, "", "Basic", "Basic !", basic(""), basic(":"), basic(one.id), basic("\(one.id):"),
            basic("\(one.id):x"),
            basic("\(other.id):\(secret)"), basic("\(one.id):\(secret)x"), basic(":\(secret)"), "Bearer \(secret)",
            basic(String(repeating: "a", count: 1_000_000)),
        ]
        for header in headers {
            let refusal = try await authenticate(one, ["client_id": one.id], header: header)
            #expect(refusal?.status == .unauthorized, "\(header?.prefix(80) ?? "-")")
            #expect(refusal?.members["error"] == "invalid_client")
        }
        let mixed = try await authenticate(one, ["client_id": other.id], header: basic("\(one.id):\(secret)"))
        #expect(mixed?.status == .unauthorized)
        let unknown = try await authenticate(one, ["client_id": UUIDv7.generate().text])
        #expect(unknown?.status == .unauthorized)
    }

    @Test("an assertion proves its application once, and no other")
    func assertions() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let key = P256.Signing.PrivateKey()
        let point = Array(key.publicKey.rawRepresentation)
        let jwks: JSONValue = [
            "keys": [
                [
                    "kty": "EC", "crv": "P-256", "alg": "ES256", "kid": "one",
                    "x": .string(Base64URL.encode(Array(point[..<32]))),
                    "y": .string(Base64URL.encode(Array(point[32...]))),
                ]
            ]
        ]
        let one = try await TestApplication.make(fixture, owner, ["authentication": "private_key_jwt", "jwks": jwks])
        let now = fixture.clock.now
        func assertion(_ changes: [String: JSONValue] = [:], by signer: P256.Signing.PrivateKey? = nil) throws -> String
        {
            let claims: [String: JSONValue] = [
                "iss": .string(one.id), "sub": .string(one.id), "aud": .string(IdentityFixture.issuer),
                "jti": .string(OpaqueID.generate()), "iat": .integer(now.seconds), "exp": .integer(now.seconds + 60),
            ].merging(changes) { $1 }
            let header: JSONValue = ["alg": "ES256", "kid": "one", "typ": "JWT"]
            let input =
                Base64URL.encode(header.bytes()) + "." + Base64URL.encode(JSONValue.object(claims).bytes())
            let signature = try (signer ?? key).signature(for: Array(input.utf8))
            return input + "." + Base64URL.encode(Array(signature.rawRepresentation))
        }
        func form(_ assertion: String) -> [String: String] {
            ["client_assertion": assertion, "client_assertion_type": ClientCommands.assertionType]
        }
        let good = form(try assertion())
        #expect(try await authenticate(one, good) == nil)
        #expect(try await authenticate(one, good)?.status == .unauthorized)
        #expect(
            try await authenticate(one, form(assertion(["aud": .string(IdentityFixture.issuer + "/v1/par")]))) == nil)
        let bad = [
            form(try assertion(by: P256.Signing.PrivateKey())), form(try assertion(["aud": "https://other.example"])),
            form(try assertion(["sub": UUIDv7.generate().wire])), form("a.b.c"), ["client_assertion": try assertion()],
            form(try assertion(["exp": .integer(now.seconds - 60)])), ["client_id": one.id],
            ["client_id": UUIDv7.generate().text].merging(form(try assertion())) { $1 },
        ]
        for (index, form) in bad.enumerated() {
            #expect(try await authenticate(one, form)?.status == .unauthorized, "assertion \(index)")
        }
        // A service's key is no application's, and the other way round.
        let refusal = try await problem {
            _ = try await ClientCommands(parts: fixture.parts).token(assertion: try assertion(), fixture.call())
        }
        #expect(refusal == .invalidClient)
    }

    @Test("an application that has ended signs nobody in, and its tokens are void")
    func ended() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let application = try await TestApplication.make(fixture, owner)
        var browser = try TestBrowser(fixture)
        let tokens = try await application.redeem(application.code(&browser)).json
        let code = try await application.code(&browser)
        #expect(try await application.introspect(tokens["access_token"]?.string)["active"] == true)
        let gate = try ApplicationGate(Self.everything)
        let token = try fixture.accessToken(try await fixture.tokens(of: owner))
        #expect(
            try await ApplicationCommands(parts: fixture.parts).end(
                application.application.id, by: token, gate, fixture.call()))
        #expect(try await LivingAccessToken.find(tokens["access_token"]?.string ?? "", fixture.parts) == nil)
        #expect(try await application.refresh(tokens["refresh_token"]?.string).status == .unauthorized)
        #expect(try await application.redeem(code).status == .unauthorized)
        let reply = try await browser.get(application.url())
        #expect(reply.status == .badRequest)
        #expect(reply.location.isEmpty)
        // The browser itself stays signed in.
        #expect(try await browser.get("/account").status == .ok)
    }

    /// A plan without limits.
    private static var everything: Plan {
        get throws {
            var plan = try PolicyStandIn.bundle { $1 }.plan(
                PlanRequest(
                    subject: Subject(tenant: UUIDv7.generate().text, id: UUIDv7.generate().text, roles: ["admin"]),
                    action: "application.end", resourceType: "application", context: RequestContext(time: .now())))
            plan.id = UUIDv7.generate().text
            return plan
        }
    }
}
