import AuditCore
import Crypto
import Postgres
import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import AuthService

@Suite("Clients with keys of their own")
struct ClientTests {
    private struct Program {
        let id: UUIDv7
        var key = P256.Signing.PrivateKey()

        /// An assertion with some members replaced; nil takes one away.
        func assertion(
            _ now: Instant, claims replaced: [String: JSONValue?] = [:],
            header replacedHeader: [String: JSONValue?] = [:],
            key other: P256.Signing.PrivateKey? = nil
        ) throws -> String {
            var claims: [String: JSONValue] = [
                "iss": id.wire, "sub": id.wire, "aud": .string(IdentityFixture.issuer),
                "jti": .string(OpaqueID.generate()),
                "iat": .integer(now.seconds), "exp": .integer(now.seconds + 60),
            ]
            var header: [String: JSONValue] = ["alg": "ES256", "kid": "one", "typ": "JWT"]
            for (name, value) in replaced { claims[name] = value }
            for (name, value) in replacedHeader { header[name] = value }
            let input =
                Base64URL.encode(JSONValue.object(header).bytes()) + "."
                + Base64URL.encode(JSONValue.object(claims).bytes())
            let signature = try (other ?? key).signature(for: Array(input.utf8))
            return input + "." + Base64URL.encode(Array(signature.rawRepresentation))
        }

        var jwks: JSONValue {
            let point = Array(key.publicKey.rawRepresentation)
            return [
                "keys": [
                    [
                        "kty": "EC", "crv": "P-256", "alg": "ES256", "kid": "one",
                        "x": .string(Base64URL.encode(Array(point[..<32]))),
                        "y": .string(Base64URL.encode(Array(point[32...]))),
                    ]
                ]
            ]
        }
    }

    private func program(_ fixture: IdentityFixture, in tenant: TenantID) async throws -> Program {
        let draft = Program(id: .generate())
        let id = try await ClientCommands(parts: fixture.parts).create(
            ClientRequest.decode(
                from: ["tenant": tenant.wire, "name": "Payroll", "roles": ["analyst"], "jwks": draft.jwks]),
            fixture.call(as: .operator))
        return Program(id: id, key: draft.key)
    }

    @Test("an assertion gives a token of the client's organisation, once")
    func token() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let program = try await program(fixture, in: owner.tenant)
        let commands = ClientCommands(parts: fixture.parts)
        let assertion = try program.assertion(fixture.clock.now)
        let tokens = try await commands.token(assertion: assertion, fixture.call())
        let claims = try IdentityFixture.claims(tokens)
        #expect(tokens.refresh == nil)
        #expect(claims["tenant"]?.string == owner.tenant.text)
        #expect(claims["sub"]?.string == program.id.text)
        #expect(claims["client_id"]?.string == program.id.text)
        #expect(claims["roles"] == ["analyst"])
        let replay = try await problem { _ = try await commands.token(assertion: assertion, fixture.call()) }
        #expect(replay == .invalidClient)
        #expect(try await fixture.trail(owner.tenant).last == "client.token denied replayed-assertion")
    }

    @Test("of 20 parallel uses of one assertion one succeeds")
    func parallel() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let program = try await program(fixture, in: owner.tenant)
        let assertion = try program.assertion(fixture.clock.now)
        let successes = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await problem {
                        _ = try await ClientCommands(parts: fixture.parts).token(assertion: assertion, fixture.call())
                    } == nil
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(successes == 1)
    }

    @Test("every claim counts")
    func broken() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let program = try await program(fixture, in: owner.tenant)
        let now = fixture.clock.now
        let claims: [[String: JSONValue?]] = [
            ["aud": "https://example.org"], ["aud": []], ["aud": [.string(IdentityFixture.issuer), "other"]],
            ["aud": .some(nil)], ["iss": UUIDv7.generate().wire], ["sub": UUIDv7.generate().wire], ["jti": .some(nil)],
            ["jti": ""], ["exp": .some(nil)], ["exp": .integer(now.seconds - 60)],
            ["exp": .integer(now.seconds + 3600)],
            ["exp": .integer(.max)], ["iat": .integer(now.seconds + 3600)], ["iat": .integer(now.seconds - 3600)],
            ["nbf": .integer(now.seconds + 3600)], ["exp": "soon"], ["iat": "now"],
        ]
        let headers: [[String: JSONValue?]] = [
            ["alg": "none"], ["alg": "HS256"], ["alg": "RS256"], ["kid": "two"], ["kid": .some(nil)], ["crit": ["b64"]],
            ["jwk": [:]], ["jku": "https://example.org"], ["typ": "at+jwt"],
        ]
        var assertions = try claims.map { try program.assertion(now, claims: $0) }
        assertions += try headers.map { try program.assertion(now, header: $0) }
        assertions.append(try program.assertion(now, key: P256.Signing.PrivateKey()))
        assertions += ["", "a.b.c", "..", String(repeating: "a", count: 1_000_000)]
        for (index, assertion) in assertions.enumerated() {
            let refusal = try await problem {
                _ = try await ClientCommands(parts: fixture.parts).token(assertion: assertion, fixture.call())
            }
            #expect(refusal == .invalidClient, "assertion \(index)")
        }
        _ = try await ClientCommands(parts: fixture.parts).token(
            assertion: try program.assertion(now, claims: ["aud": [.string(IdentityFixture.issuer)]]), fixture.call())
    }

    @Test("a client is no owner, and its keys are public ones of a known kind")
    func registration() throws {
        let jwks = Program(id: .generate()).jwks
        let tenant = UUIDv7.generate().wire
        let bodies: [(JSONValue, String)] = [
            (["tenant": tenant, "name": "x", "roles": ["owner"], "jwks": jwks], "/roles"),
            (["tenant": "system", "name": "x", "roles": ["analyst"], "jwks": jwks], "/tenant"),
            (["tenant": tenant, "name": " ", "roles": ["analyst"], "jwks": jwks], "/name"),
            (["tenant": tenant, "name": "x", "roles": ["analyst"], "jwks": ["keys": []]], "/jwks/keys"),
            (
                ["tenant": tenant, "name": "x", "roles": ["analyst"], "jwks": ["keys": [["kid": "a", "kty": "oct"]]]],
                "/jwks/keys/0"
            ),
        ]
        for (body, pointer) in bodies {
            let errors = #expect(throws: FieldErrors.self) { try ClientRequest.decode(from: body) }
            #expect(errors?.errors.map(\.pointer) == [pointer])
        }
    }

    @Test("the operator who chooses an id and asks twice makes one client")
    func chosenID() async throws {
        let fixture = try await IdentityFixture.make()
        let owner = try await fixture.organisation()
        let draft = Program(id: .generate())
        func create() async throws -> UUIDv7 {
            try await ClientCommands(parts: fixture.parts).create(
                ClientRequest.decode(from: [
                    "id": draft.id.wire, "tenant": owner.tenant.wire, "name": "Payroll", "roles": ["analyst"],
                    "jwks": draft.jwks,
                ]), fixture.call(as: .operator))
        }
        #expect(try await create() == draft.id)
        let refusal = try await problem { _ = try await create() }
        #expect(refusal?.code == "client-exists")
        #expect(refusal?.errors.map(\.pointer) == ["/id"])
        #expect(try await fixture.trail(owner.tenant).filter { $0 == "client.create allowed" }.count == 1)
    }
}
