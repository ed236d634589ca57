import IdentityCore
import Testing
import WireFormat

@testable import AuthService

@Suite("Rules of authorization")
struct AuthorizationRuleTests {
    /// RFC 7636 appendix B.
    private static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  // pragma: allowlist secret
    private static let now = Instant(seconds: 1_800_000_000)

    private func application(
        redirect: [String] = ["https://app.example/cb"], scopes: [OpenIDScope] = [.openid, .email]
    ) -> Application {
        Application(
            id: .generate(), tenant: TenantID(.generate()), name: "App", redirectURIs: redirect,
            postLogoutRedirectURIs: [], scopes: scopes, authentication: .none, secretHash: nil, keys: nil,
            createdAt: Self.now, endedAt: nil)
    }

    private func fields(_ changes: [String: String?] = [:]) -> [String: String] {
        var fields: [String: String?] = [
            "response_type": "code", "redirect_uri": "https://app.example/cb", "scope": "openid", "state": "s",
            "code_challenge": Self.challenge,
            "code_challenge_method": "S256",
        ]
        for (name, value) in changes { fields[name] = value }
        return fields.compactMapValues { $0 }
    }

    private func refusal(_ changes: [String: String?]) -> AuthorizationRefusal? {
        do {
            _ = try AuthorizationParameters(fields(changes), for: application())
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "an address that is not registered byte by byte is never sent to",
        arguments: [
            nil, "", "https://app.example/cb/", "https://app.example/cb?", "https://app.example/cb?x=1",
            "https://app.example/CB", "https://app.example/cb#", "https://APP.example/cb", "http://app.example/cb",
            "https://app.example:443/cb", "https://app.example/%63b", "https://app.example/x/../cb",
            "https://app.example.evil.example/cb", "https://user@app.example/cb", "//app.example/cb",
            "javascript:alert(1)",
        ] as [String?])
    func redirects(uri: String?) {
        let refusal = refusal(["redirect_uri": uri, "response_type": "token"])
        #expect(refusal?.error == "invalid_request")
        #expect(refusal?.destination == nil)
    }

    @Test("what else is wrong is told to the application, with its state")
    func refusals() {
        let long = String(repeating: "a", count: 513)
        let cases: [([String: String?], String)] = [
            (["response_type": nil], "invalid_request"), (["response_type": "token"], "unsupported_response_type"),
            (["response_type": "code id_token"], "unsupported_response_type"),
            (["response_mode": "fragment"], "invalid_request"), (["response_mode": "form_post"], "invalid_request"),
            (["code_challenge": nil], "invalid_request"), (["code_challenge_method": nil], "invalid_request"),
            (["code_challenge_method": "plain"], "invalid_request"),
            (["code_challenge_method": "s256"], "invalid_request"),
            (["code_challenge": "short"], "invalid_request"), (["code_challenge": ""], "invalid_request"),
            (["scope": nil], "invalid_scope"), (["scope": "admin"], "invalid_scope"),
            (["scope": "api organisation"], "invalid_scope"), (["prompt": "none login"], "invalid_request"),
            (["prompt": "select_account"], "invalid_request"), (["prompt": "login login"], "invalid_request"),
            (["max_age": "-1"], "invalid_request"), (["max_age": "1e3"], "invalid_request"),
            (["max_age": "99999999999999999999"], "invalid_request"), (["max_age": ""], "invalid_request"),
            (["nonce": long], "invalid_request"), (["login_hint": long], "invalid_request"),
            (["request": "eyJ"], "request_not_supported"), (["registration": "{}"], "registration_not_supported"),
            (["authorization_details": "[]"], "invalid_authorization_details"),
        ]
        for (changes, error) in cases {
            let refusal = refusal(changes)
            #expect(refusal?.error == error, "\(changes)")
            #expect(refusal?.destination == .init(redirectURI: "https://app.example/cb", state: "s"), "\(changes)")
        }
        #expect(refusal(["state": long])?.destination == .init(redirectURI: "https://app.example/cb", state: nil))
    }

    @Test("scopes that are not open to the application, or that nobody knows, count for nothing")
    func scopes() throws {
        let parameters = try AuthorizationParameters(
            fields(["scope": "profile email openid api openid"]), for: application())
        #expect(parameters.scopes == [.openid, .email])
        #expect(AuthorizationParameters(stored: parameters.stored) == parameters)
    }

    @Test("what is stored is what was judged")
    func stored() throws {
        let parameters = try AuthorizationParameters(
            fields([
                "nonce": "n", "prompt": "login consent", "max_age": "0", "acr_values": "phr other", "login_hint": "a@b",
            ]), for: application())
        #expect(parameters.prompts == [.login, .consent])
        #expect(parameters.maxAge == 0)
        #expect(parameters.contexts == [.phishingResistant])
        #expect(AuthorizationParameters(stored: parameters.stored) == parameters)
        #expect(AuthorizationParameters(stored: ["redirect_uri": "x"]) == nil)
    }

    @Test("PKCE by RFC 7636 appendix B, and nothing near it")
    func pkce() throws {
        let challenge = try #require(CodeChallenge(Self.challenge))
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  // pragma: allowlist secret
        #expect(challenge.isMet(by: verifier))
        for other in [
            "", challenge.text, String(verifier.dropLast()), verifier + "A", verifier.lowercased(),
            String(repeating: "a", count: 1_000_000), verifier + "\u{0}",
        ] { #expect(!challenge.isMet(by: other)) }
        for text in ["", verifier + "=", String(challenge.text.dropLast()), challenge.text + "A"] {
            #expect(CodeChallenge(text) == nil)
        }
    }

    @Test(
        "addresses that may be registered",
        arguments: [
            "https://app.example/cb", "https://app.example", "https://app.example:8443/cb?x=1&y=2",
            "http://localhost:3000/cb", "http://127.0.0.1/cb", "http://[::1]:9/cb", "com.example.app:/cb",
        ])
    func goodAddresses(uri: String) { #expect(RedirectURI.complaint(uri) == nil) }

    @Test(
        "addresses that may not",
        arguments: [
            "", "/cb", "app.example/cb", "http://app.example/cb", "http://localhost.evil.example/cb", "https:///cb",
            "https:app.example", "https://app.example/cb#x", "https://user@app.example/", "https://a b/",
            "javascript:alert(1)",
            "data:text/html,x", "https://*.example/cb", "https://app.example/cb\n", "HTTPS://app.example/cb",
            "https://app.example/\u{e4}", "myapp:/cb", "https://app.example/;script-src", "https://APP.example/",
            "https://app.example/" + String(repeating: "a", count: 1024),
        ])
    func badAddresses(uri: String) { #expect(RedirectURI.complaint(uri) != nil) }

    @Test("a policy source is an origin or a scheme, and parameters join a query that is there")
    func sources() {
        #expect(RedirectURI.policySource(of: "https://app.example:8443/cb?x") == "https://app.example:8443")
        #expect(RedirectURI.policySource(of: "com.example.app:/cb") == "com.example.app:")
        #expect(RedirectURI.adding([("a", "1 &=")], to: "https://a/cb") == "https://a/cb?a=1%20%26%3D")
        #expect(RedirectURI.adding([("a", "1")], to: "https://a/cb?x=2") == "https://a/cb?x=2&a=1")
        #expect(RedirectURI.adding([], to: "https://a/cb") == "https://a/cb")
    }

    // MARK: The next step

    private func step(
        _ changes: [String: String?] = [:], signedIn secondsAgo: Int64? = 100, requested: Int64 = 10,
        amr: [String] = ["pwd", "otp", "mfa"], elsewhere: Bool = false, agreed: [OpenIDScope] = [.openid, .email]
    ) throws -> AuthorizationStep {
        let application = application()
        let parameters = try AuthorizationParameters(fields(changes), for: application)
        let session = secondsAgo.map { seconds in
            let at = Self.now.adding(.seconds(-seconds))
            return SessionRecord(
                id: .generate(), account: .generate(), tenant: elsewhere ? TenantID(.generate()) : application.tenant,
                member: .generate(), clientID: "x", amr: amr, authenticatedAt: at, lastUsedAt: at,
                expiresAt: Self.now.adding(.seconds(3600)), endedAt: nil)
        }
        return AuthorizationStep.next(
            parameters, requested: Self.now.adding(.seconds(-requested)), session: session, tenant: application.tenant,
            agreed: agreed, now: Self.now)
    }

    @Test("who has to sign in, who has to agree, and what cannot be had")
    func steps() throws {
        func refused(_ step: AuthorizationStep) -> String? {
            if case .refuse(let error, _) = step { error } else { nil }
        }
        #expect(try step() == .grant)
        #expect(try step(signedIn: nil) == .signIn)
        #expect(try step(elsewhere: true) == .signIn)
        #expect(try refused(step(["prompt": "none"], signedIn: nil)) == "login_required")
        #expect(try refused(step(["prompt": "none"], elsewhere: true)) == "login_required")
        #expect(try step(["prompt": "none"]) == .grant)
        #expect(try step(agreed: []) == .consent)
        #expect(try step(["scope": "openid email"], agreed: [.openid]) == .consent)
        #expect(try refused(step(["prompt": "none"], agreed: [])) == "consent_required")
        #expect(try step(["prompt": "consent"]) == .consent)
        #expect(try step(["prompt": "login"]) == .signIn)
        #expect(try step(["prompt": "login"], signedIn: 5) == .grant)
        #expect(try step(["max_age": "99"]) == .signIn)
        #expect(try step(["max_age": "100"]) == .grant)
        #expect(try step(["max_age": "0"], signedIn: 5) == .grant)
        #expect(try refused(step(["max_age": "99", "prompt": "none"])) == "login_required")
        #expect(try step(["acr_values": "urn:bailiwick:acr:aal2"]) == .grant)
        #expect(try step(["acr_values": "phr"]) == .signIn)
        #expect(try step(["acr_values": "phr urn:bailiwick:acr:aal2"]) == .grant)
        #expect(try step(["acr_values": "phr"], amr: ["hwk", "user", "mfa"]) == .grant)
        let unmet = "unmet_authentication_requirements"
        #expect(try refused(step(["acr_values": "phr"], signedIn: 5)) == unmet)
        #expect(try refused(step(["acr_values": "gold"])) == unmet)
        #expect(try step(["acr_values": "urn:bailiwick:acr:aal2"], amr: ["pwd"]) == .signIn)
    }
}
