import Crypto
import Foundation
import Postgres
import TestSupport
import Testing
import WireFormat

@testable import AuthService
@testable import ServiceKit

/// A browser, and an application's program, against the service's own routes: it keeps cookies, says where its forms come
/// from, and follows nothing by itself.
struct TestBrowser: Sendable {
    let fixture: IdentityFixture
    let routes: [Route]
    var cookies: [String: String] = [:]
    /// What it says about the page that sends a form.
    var origin: String? = "http://localhost:7001"
    var site: String? = "same-origin"
    /// Further header fields of every request.
    var headers: HTTPFields = [:]

    init(_ fixture: IdentityFixture) throws {
        self.fixture = fixture
        let parts = fixture.parts
        let answers = PageAnswers(templates: try PageTemplates(folder: AuthService.pagesFolder), parts)
        routes =
            SignInPages(parts: parts, answers: answers).routes + AccountPages(parts: parts, answers: answers).routes
            + AuthorizationPages(parts: parts, answers: answers).routes + OpenIDRoutes(parts: parts).routes
            + TokenRoutes(parts: parts).routes
    }

    struct NoRoute: Error { let name: String }

    mutating func get(_ target: String) async throws -> Reply {
        try await send(.get, target, body: [])
    }

    mutating func post(_ path: String, _ form: [(String, String)], basic: String? = nil) async throws -> Reply {
        let body = form.map { PercentEncoding.encode($0.0) + "=" + PercentEncoding.encode($0.1) }
            .joined(separator: "&")
        return try await send(.post, path, body: Array(body.utf8), basic: basic)
    }

    private mutating func send(
        _ method: HTTPRequest.Method, _ target: String, body: [UInt8], basic: String? = nil
    ) async throws -> Reply {
        let pieces = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = String(pieces[0])
        guard let route = routes.first(where: { $0.method == method && $0.path == path }) else {
            throw NoRoute(name: "\(method) \(path)")
        }
        var fields = headers
        fields[.userAgent] = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
        if !cookies.isEmpty { fields[.cookie] = cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ") }
        if method == .post {
            fields[.origin] = origin
            if let site { fields[.fetchSite] = site }
        }
        if let basic { fields[.authorization] = "Basic " + Data(basic.utf8).base64EncodedString() }
        let id = RequestID.generate()
        let reply: Reply
        do {
            let call = Call(
                id: id, method: method, path: path, pattern: route.path,
                query: try QueryParameters.parse(pieces.count > 1 ? pieces[1] : "", allowed: route.query),
                headers: fields, body: body, bodyRule: route.body, clientIP: "192.0.2.1", logger: TestDatabase.quiet)
            reply = try await route.handler(call)
        } catch let problem as Problem {
            reply = ProblemMapper.reply(for: problem, requestID: id)
        }
        for line in reply.headers[values: .setCookie] {
            let pair = line.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            cookies[String(pair[0])] = line.contains("Max-Age=0") ? nil : String(pair[1])
        }
        return reply
    }

    /// Signs in with password and code, in as many steps as a person does; the clock moves to a fresh code first.
    @discardableResult
    mutating func signIn(_ person: IdentityFixture.Person, request: String? = nil) async throws -> Reply {
        fixture.clock.advance(.seconds(TOTP.stepSeconds))
        let carried = request.map { [("request", $0)] } ?? []
        let first = try await post(
            "/sign-in", [("email", person.email), ("password", IdentityFixture.password)] + carried)
        let challenge = try #require(first.hidden("challenge"))
        return try await post(
            "/sign-in/code",
            [("challenge", challenge), ("code", person.totp.code(step: fixture.step))]
                + (first.html.contains("type=\"radio\"") ? [("organisation", person.tenant.text)] : []) + carried)
    }
}

extension Reply {
    var html: String { String(decoding: body, as: UTF8.self) }
    var json: JSONValue { (try? JSONValue.parse(body)) ?? .null }
    var location: String { headers[.location] ?? "" }
    var alert: String? {
        html.firstMatch(of: /role="alert"[^>]*>([^<]*)</).map { String($0.output.1) }
    }

    /// The value of a hidden field.
    func hidden(_ name: String) -> String? {
        let mark = "name=\"\(name)\" value=\""
        guard let start = html.range(of: mark) else { return nil }
        return String(html[start.upperBound...].prefix { $0 != "\"" })
    }

    /// A parameter of the address that the browser is sent to.
    func parameter(_ name: String) -> String? {
        URLComponents(string: location)?.queryItems?.first { $0.name == name }?.value
    }
}

/// An application of an organisation, and what its program does.
struct TestApplication: Sendable {
    static let redirect = "https://app.example/callback?from=bailiwick"
    static let goodbye = "https://app.example/goodbye"

    let fixture: IdentityFixture
    let owner: IdentityFixture.Person
    let registered: RegisteredApplication
    /// RFC 7636 appendix B's is as good as any.
    var verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  // pragma: allowlist secret

    var application: Application { registered.application }
    var id: String { application.id.text }
    var basic: String? { registered.secret.map { "\(id):\($0.text)" } }
    var challenge: String { Base64URL.encode(Array(SHA256.hash(data: Array(verifier.utf8)))) }

    static func make(
        _ fixture: IdentityFixture, _ owner: IdentityFixture.Person, _ changes: [String: JSONValue] = [:]
    ) async throws -> TestApplication {
        var body: [String: JSONValue] = [
            "name": "Rota & Co <planner>", "redirect_uris": [.string(redirect), "https://app.example/other"],
            "post_logout_redirect_uris": [.string(goodbye)],
            "scopes": ["openid", "email", "organisation", "offline_access", "api"],
            "authentication": "client_secret_basic",
        ]
        for (name, value) in changes { body[name] = value }
        let registered = try await ApplicationCommands(parts: fixture.parts).create(
            ApplicationRequest.decode(from: .object(body)),
            by: try fixture.accessToken(try await fixture.tokens(of: owner)), decision: nil, fixture.call())
        return TestApplication(fixture: fixture, owner: owner, registered: registered)
    }

    /// The parameters of a request; nil takes one away.
    func parameters(_ changes: [String: String?] = [:]) -> [(String, String)] {
        var fields: [String: String?] = [
            "response_type": "code", "client_id": id, "redirect_uri": Self.redirect,
            "scope": "openid email organisation offline_access", "state": "a state &=", "nonce": "a-nonce",
            "code_challenge": challenge, "code_challenge_method": "S256",
        ]
        for (name, value) in changes { fields[name] = value }
        return fields.compactMap { name, value in value.map { (name, $0) } }.sorted { $0.0 < $1.0 }
    }

    func url(_ changes: [String: String?] = [:]) -> String { RedirectURI.adding(parameters(changes), to: "/authorize") }

    /// Signs in, agrees, and comes back with a code.
    func code(_ browser: inout TestBrowser, _ changes: [String: String?] = [:]) async throws -> String {
        var reply = try await browser.get(url(changes))
        if reply.location.hasPrefix("/sign-in") {
            reply = try await browser.signIn(owner, request: reply.parameter("request"))
            reply = try await browser.get(reply.location)
        }
        if reply.status == .ok {
            let request = try #require(reply.hidden("request"))
            reply = try await browser.post("/consent", [("request", request), ("decision", "allow")])
        }
        #expect(reply.status == .seeOther)
        return try #require(reply.parameter("code"), "\(reply.location) \(reply.html)")
    }

    func redemption(_ code: String, _ changes: [String: String] = [:]) -> [(String, String)] {
        var form = [
            "grant_type": "authorization_code", "code": code, "redirect_uri": Self.redirect,
            "code_verifier": verifier,
        ]
        if registered.secret == nil { form["client_id"] = id }
        return form.merging(changes) { $1 }.map { ($0, $1) }
    }

    func redeem(_ code: String, _ changes: [String: String] = [:], basic other: String? = nil) async throws -> Reply {
        var program = try TestBrowser(fixture)
        return try await program.post("/v1/token", redemption(code, changes), basic: other ?? basic)
    }

    func refresh(_ token: String?) async throws -> Reply {
        var program = try TestBrowser(fixture)
        return try await program.post(
            "/v1/token", [("grant_type", "refresh_token"), ("refresh_token", token ?? "")], basic: basic)
    }

    func introspect(_ token: String?) async throws -> JSONValue {
        var program = try TestBrowser(fixture)
        return try await program.post("/v1/introspect", [("token", token ?? "")], basic: basic).json
    }

    /// The claims of a JWT, unverified.
    static func claims(_ compact: String?) -> JSONValue {
        let parts = (compact ?? "").split(separator: ".")
        guard parts.count == 3 else { return .null }
        return Base64URL.decode(parts[1]).flatMap { try? JSONValue.parse($0) } ?? .null
    }
}
