import Crypto
import HTTPTypes
import Testing
import WireFormat

@testable import ServiceKit

/// Every claim of a response's token, broken one at a time by a callee that lies.
@Suite struct ResponseTokenTests {
    struct Break: Sendable {
        let description: String
        /// Changes the token that is right for the lie, and then the lie itself.
        var token: @Sendable (inout Forgery, TestKeys) throws -> Void = { _, _ in }
        var message: @Sendable (inout LyingCallee.Lie) -> Void = { _ in }
        var code = ServiceCallError.Code.unverified
    }

    static func claim(_ name: String, _ value: JSONValue?) -> Break {
        Break(
            description: "\(name) is \(value.map { $0.text } ?? "missing")",
            token: { forgery, _ in forgery.claims[name] = value })
    }

    static func head(_ name: String, _ value: JSONValue?) -> Break {
        Break(
            description: "header \(name) is \(value.map { $0.text } ?? "missing")",
            token: { forgery, _ in forgery.header[name] = value })
    }

    static func message(_ description: String, _ change: @escaping @Sendable (inout LyingCallee.Lie) -> Void) -> Break {
        Break(description: description, message: change)
    }

    static let breaks: [Break] =
        ["iss", "aud", "iat", "exp", "jti", "rti", "sts", "bdg", "hdg"].flatMap { name in
            [claim(name, nil), claim(name, .null), claim(name, "")]
        } + [
            claim("iss", "hr"), claim("iss", "audit"), claim("aud", "policy"), claim("aud", "audit"),
            claim("rti", .string(ServiceTokenClaims.newIdentifier())), claim("sts", 201), claim("sts", "200"),
            claim("bdg", .string(BodyDigest.empty)), claim("hdg", .string(BodyDigest.empty)), claim("extra", 1),
            claim("jti", "AA"), head("alg", "none"), head("typ", "JWT"), head("kid", "unknown"), head("crit", []),
            Break(
                description: "it is over",
                token: { forgery, _ in
                    forgery.claims["iat"] = Forgery.date(Instant.now().adding(.seconds(-20)))
                    forgery.claims["exp"] = Forgery.date(Instant.now().adding(.seconds(-6)))
                }),
            Break(
                description: "it is to come",
                token: { forgery, _ in
                    forgery.claims["iat"] = Forgery.date(Instant.now().adding(.seconds(7)))
                    forgery.claims["exp"] = Forgery.date(Instant.now().adding(.seconds(17)))
                }),
            Break(
                description: "it lives too long",
                token: { forgery, _ in forgery.claims["exp"] = Forgery.date(Instant.now().adding(.seconds(60))) }),
            Break(
                description: "the key is another service's",
                token: { forgery, keys in forgery.key = try keys.privateKey(.audit).key }),
            Break(
                description: "kid and key are another service's",
                token: { forgery, keys in
                    let (kid, key) = try keys.privateKey(.audit)
                    forgery.header["kid"] = .string(kid)
                    forgery.key = key
                }),
            Break(
                description: "the caller's own token comes back",
                token: { forgery, keys in
                    let (kid, key) = try keys.privateKey(.hr)
                    forgery.header["kid"] = .string(kid)
                    forgery.key = key
                    forgery.claims["iss"] = "hr"
                }),
            message("the body was changed") { $0.body = Array(#"{"truth":false}"#.utf8) },
            message("the body was taken away") { $0.body = [] },
            message("the status was changed") { $0.status = 202 },
            message("the ETag was changed") { $0.headers[.eTag] = "\"v2\"" },
            message("the ETag was taken away") { $0.headers[.eTag] = nil },
            message("the content type was changed") { $0.headers[.contentType] = "text/html" },
            message("there is no token") { $0.token = nil },
            message("the token is nonsense") { $0.token = "nonsense" },
            message("an unsigned failure") {
                $0.token = nil
                $0.status = 500
            },
            message("an unsigned refusal of ours") {
                $0.token = nil
                $0.status = 503
            },
            Break(
                description: "an unsigned 401",
                message: {
                    $0.token = nil
                    $0.status = 401
                }, code: .refused),
        ]

    @Test func believesNoBrokenAnswer() async throws {
        for change in Self.breaks {
            let keys = try TestKeys()
            let callee = try await LyingCallee.start { identifier in
                try Self.lie(keys, identifier, change)
            }
            let client = Self.client(try keys.keys(.hr), port: callee.port)
            let error = await #expect(throws: ServiceCallError.self, "\(change.description)") {
                try await client.send(.get, "/internal/v1/truth", requestID: .generate(), deadline: .seconds(5))
            }
            #expect(error?.code == change.code, "\(change.description): \(error?.description ?? "")")
            await callee.stop()
        }
    }

    @Test func believesTheUnbrokenAnswer() async throws {
        let keys = try TestKeys()
        let callee = try await LyingCallee.start { try Self.lie(keys, $0, Break(description: "nothing")) }
        let reply = try await Self.client(try keys.keys(.hr), port: callee.port)
            .send(.get, "/internal/v1/truth", requestID: .generate(), deadline: .seconds(5))
        #expect(reply.status == .ok)
        #expect(try reply.json()["truth"]?.bool == true)
        #expect(reply.headers[.eTag] == "\"v1\"")
        await callee.stop()
    }

    @Test func believesNoAnswerToAnotherRequest() async throws {
        let keys = try TestKeys()
        // The callee answers every request with its answer to the first one.
        let remembered = Remembered()
        let callee = try await LyingCallee.start { identifier in
            try Self.lie(keys, remembered.first(identifier), Break(description: "nothing"))
        }
        let client = Self.client(try keys.keys(.hr), port: callee.port)
        _ = try await client.send(.get, "/internal/v1/truth", requestID: .generate(), deadline: .seconds(5))
        let error = await #expect(throws: ServiceCallError.self) {
            try await client.send(.get, "/internal/v1/truth", requestID: .generate(), deadline: .seconds(5))
        }
        #expect(error?.code == .unverified)
        await callee.stop()
    }

    private static func lie(_ keys: TestKeys, _ identifier: String, _ change: Break) throws -> LyingCallee.Lie {
        var lie = LyingCallee.Lie()
        lie.headers[.eTag] = "\"v1\""
        var forgery = try Forgery.response(
            keys, from: .policy, to: .hr, requestIdentifier: identifier, status: lie.status, headers: lie.headers,
            body: lie.body)
        try change.token(&forgery, keys)
        lie.token = try forgery.token()
        change.message(&lie)
        return lie
    }

    private static func client(_ keys: ServiceKeys, port: Int) -> ServiceClient {
        ServiceClient(
            keys: keys, callee: .policy, baseURL: "http://127.0.0.1:\(port)", transport: ServiceTransport(),
            logger: .silent)
    }
}
