import IdentityClient
import Postgres
import ServiceKit
import Testing
import WireFormat

/// One 2048-bit key serves all tables: making one takes a good part of a second.
let issuer = TokenIssuer()

/// An `act` claim of so many hops.
private func chain(of hops: Int) -> JSONValue {
    var act: JSONValue = ["sub": "agent"]
    for _ in 1..<hops { act = ["sub": "agent", "act": act] }
    return act
}

@Suite("an access token has one form")
struct AccessTokenFormTests {
    @Test("a good token gives its facts")
    func goodToken() async throws {
        let (tenant, member, session) = (TenantID(UUIDv7.generate()), UUIDv7.generate(), UUIDv7.generate())
        let employee = UUIDv7.generate()
        let compact = issuer.token(
            issuer.claims(tenant: tenant, subject: member, session: session, roles: ["hr_lead"], employee: employee))
        try await withAuthority(PublishedIdentity(keys: [issuer.jwk])) { authority in
            for _ in 0..<2 {  // the second time from the cache
                let token = try await authority.verify(compact)
                #expect(token.tenant == tenant)
                #expect(token.subject == member)
                #expect(token.session == session)
                #expect(token.employeeID == employee)
                #expect(token.roles == ["hr_lead"])
                #expect(token.amr == ["pwd", "otp"])
                #expect(token.compact.reveal() == compact)
                #expect(token.tenantScope.tenant == tenant)
            }
        }
    }

    @Test(
        "a changed header is refused",
        arguments: [
            ["alg": "none"], ["alg": "HS256"], ["alg": "PS256"], ["alg": "rs256"], ["alg": ["RS256"]], ["typ": "JWT"],
            ["typ": "application/at+jwt"], ["typ": nil], ["alg": nil], ["kid": nil], ["kid": 1], ["kid": "other"],
            ["crit": ["exp"]], ["crit": []], ["alg": ""], ["alg": "RS512"], ["alg": "none "], ["typ": ""],
            ["typ": "at+JWT"],
            ["kid": ""], ["x5u": "https://evil.example/chain.pem"], ["x5t": "AAAA"], ["jwk": ["kty": "RSA"]],
            ["b64": false], ["zip": "DEF"], ["jku": "https://evil.example/jwks"],
            ["jwk": [:]], ["x5c": []], ["cty": "JWT"],
        ] as [[String: JSONValue]])
    func header(change: [String: JSONValue]) async throws {
        var header = issuer.header
        for (name, value) in change { header[name] = value == .null ? nil : value }
        try await withAuthority(PublishedIdentity(keys: [issuer.jwk])) { authority in
            #expect(await authority.refusal(of: issuer.token(issuer.claims(), header: header)) == "invalid-token")
        }
    }

    @Test(
        "a changed claim is refused",
        arguments: [
            ["iss": "https://auth.example/"], ["iss": nil], ["aud": []], ["aud": "other"], ["aud": ["other", 1]],
            ["aud": nil],
            ["aud": ["Bailiwick"]], ["sub": "not-a-uuid"], ["sub": nil], ["tenant": "acme"], ["tenant": nil],
            ["sid": nil],
            ["roles": "owner"], ["roles": [1]], ["roles": nil], ["amr": nil], ["auth_time": nil], ["auth_time": "now"],
            ["client_id": nil], ["client_id": ""], ["jti": nil], ["iat": nil], ["exp": nil], ["exp": .double(1e300)],
            ["exp": -1],
            ["exp": "2030-01-01"], ["nbf": "later"], ["nbf": 32_503_680_000], ["employee_id": "me"], ["emp": "me"],
            ["emp": 1],
            ["emp": "018f3a4e-0000-7000-8000-000000000001", "employee_id": "018f3a4e-0000-7000-8000-000000000002"],
            ["acr": 2], ["acr": ""], ["aud": [[]]], ["aud": [:]], ["act": "agent"],
            ["act": chain(of: 9)],
            ["act": [:]], ["act": ["sub": "a", "act": [:]]],
        ] as [[String: JSONValue]])
    func claim(change: [String: JSONValue]) async throws {
        var claims = issuer.claims()
        for (name, value) in change { claims[name] = value == .null ? nil : value }
        try await withAuthority(PublishedIdentity(keys: [issuer.jwk])) { authority in
            #expect(await authority.refusal(of: issuer.token(claims)) == "invalid-token")
        }
    }

    @Test(
        "what a token may also say",
        arguments: [
            ["aud": "bailiwick"], ["aud": ["other", "bailiwick"]], ["nbf": 1], ["scope": "anything"],
            ["act": ["sub": "agent", "act": ["sub": "human"]]], ["roles": []], ["act": chain(of: 8)], ["acr": "phr"],
            ["employee_id": "018f3a4e-0000-7000-8000-000000000001"],
        ] as [[String: JSONValue]])
    func accepted(change: [String: JSONValue]) async throws {
        let claims = issuer.claims().merging(change) { _, new in new }
        try await withAuthority(PublishedIdentity(keys: [issuer.jwk])) { authority in
            #expect(await authority.refusal(of: issuer.token(claims)) == nil)
        }
    }

    @Test("another spelling of the same token is refused")
    func spellings() async throws {
        let compact = issuer.token(issuer.claims())
        let parts = compact.split(separator: ".").map(String.init)
        let last = Array(parts[2].utf8)
        // 256 bytes are 341 1/3 characters: the last one has four bits that mean nothing.
        let respelled = String(decoding: last.dropLast(), as: UTF8.self) + (last.last == UInt8(ascii: "A") ? "B" : "A")
        let spaced = issuer.token(
            header: Array(#"{"alg":"RS256","typ":"at+jwt","kid":"key-1","kid":"key-1"}"#.utf8), payload: [])
        let variants = [
            compact + "=", compact + ".", "." + compact, " " + compact, compact + "\n", parts[0] + "." + parts[1],
            parts[0] + "." + parts[1] + ".", parts[0] + ".." + parts[2], parts[0] + "." + parts[1] + "." + respelled,
            compact.replacing("-", with: "+").replacing("_", with: "/") + "+", "", "..", "a.b.c", spaced,
            String(repeating: "a", count: 9000), compact + "." + parts[2], "é.é.é",
            parts[1] + "." + parts[0] + "." + parts[2],
        ]
        try await withAuthority(PublishedIdentity(keys: [issuer.jwk])) { authority in
            for variant in variants {
                #expect(await authority.refusal(of: variant) == "invalid-token", "\(variant.prefix(20))")
            }
            #expect(await authority.refusal(of: compact) == nil)
        }
    }

    @Test("a signature by another key, or of another text, does not verify")
    func signatures() async throws {
        let stranger = TokenIssuer()
        let claims = issuer.claims()
        let good = issuer.token(claims).split(separator: ".").map(String.init)
        var raised = claims
        raised["roles"] = ["owner"]
        let other = issuer.token(raised).split(separator: ".").map(String.init)
        var flipped = issuer.sign(Array((good[0] + "." + good[1]).utf8))
        flipped[100] ^= 1
        try await withAuthority(PublishedIdentity(keys: [issuer.jwk])) { authority in
            #expect(await authority.refusal(of: stranger.token(claims)) == "invalid-token")
            #expect(await authority.refusal(of: good[0] + "." + other[1] + "." + good[2]) == "invalid-token")
            #expect(
                await authority.refusal(of: good[0] + "." + good[1] + "." + Base64URL.encode(flipped))
                    == "invalid-token")
            #expect(
                await authority.refusal(of: good[0] + "." + good[1] + "." + Base64URL.encode(flipped.dropLast()))
                    == "invalid-token")
            // The public key as an HMAC secret: the classic confusion needs an `alg` that is never looked at.
            #expect(
                await authority.refusal(
                    of: issuer.token(claims, header: ["alg": "HS256", "typ": "at+jwt", "kid": "key-1"]))
                    == "invalid-token")
        }
    }
}
