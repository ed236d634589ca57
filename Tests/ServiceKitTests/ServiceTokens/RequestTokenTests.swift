import Crypto
import HTTPTypes
import Synchronization
import Testing
import WireFormat

@testable import ServiceKit

/// Every claim of a request's token, broken one at a time against a real listener.
@Suite struct RequestTokenTests {
    static let target = "/internal/v1/echo?n=1"
    static let body = Array(#"{"a":1}"#.utf8)
    static let headers: HTTPFields = [
        .contentType: "application/json", .requestID: "request-1", .idempotencyKey: "0123456789", .ifMatch: "\"v1\"",
        .authorization: "Bearer abc",
    ]

    /// How a token, or the message beside it, is broken.
    struct Break: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var change: @Sendable (inout Forgery, TestKeys) throws -> Void = { _, _ in }
        var headers = RequestTokenTests.headers
        var body = RequestTokenTests.body
        var target = RequestTokenTests.target
        var method = "POST"
        var tokens = 1

        init(
            _ description: String, _ change: @escaping @Sendable (inout Forgery, TestKeys) throws -> Void = { _, _ in }
        ) {
            testDescription = description
            self.change = change
        }

        func with(_ change: (inout Break) -> Void) -> Break {
            var copy = self
            change(&copy)
            return copy
        }
    }

    static func claim(_ name: String, _ value: JSONValue?) -> Break {
        Break("\(name) is \(value.map { $0.text } ?? "missing")") { forgery, _ in forgery.claims[name] = value }
    }

    static func head(_ name: String, _ value: JSONValue?) -> Break {
        Break("header \(name) is \(value.map { $0.text } ?? "missing")") { forgery, _ in forgery.header[name] = value }
    }

    static let breaks: [Break] =
        ["iss", "aud", "iat", "exp", "jti", "htm", "htu", "bdg", "hdg"].flatMap { name in
            [claim(name, nil), claim(name, .null), claim(name, ""), claim(name, [])]
        } + [
            claim("iss", "audit"), claim("iss", "policy"), claim("iss", "somebody"), claim("aud", "hr"),
            claim("aud", ["policy"]), claim("htm", "GET"), claim("htm", "post"),
            claim("htu", "/internal/v1/echo"), claim("htu", "/internal/v1/echo?n=2"), claim("jti", "AAAA"),
            claim("bdg", .string(BodyDigest.empty)), claim("hdg", .string(BodyDigest.empty)), claim("extra", "1"),
            head("alg", "none"), head("alg", "HS256"), head("alg", "eddsa"), head("alg", nil), head("typ", "JWT"),
            head("typ", "at+jwt"), head("typ", nil), head("kid", "unknown"), head("kid", nil), head("kid", 1),
            head("crit", ["b64"]), head("jwk", ["kty": "OKP"]),
            Break("iat is a text") { forgery, _ in forgery.claims["iat"] = "1" },
            Break("it lives for more than 30 s") { forgery, _ in
                forgery.claims["exp"] = Forgery.date(Instant.now().adding(.seconds(31)))
                forgery.claims["iat"] = Forgery.date(.now())
            },
            Break("it is over by more than the skew") { forgery, _ in
                forgery.claims["iat"] = Forgery.date(Instant.now().adding(.seconds(-20)))
                forgery.claims["exp"] = Forgery.date(Instant.now().adding(.seconds(-6)))
            },
            Break("it is of the future by more than the skew") { forgery, _ in
                forgery.claims["iat"] = Forgery.date(Instant.now().adding(.seconds(7)))
                forgery.claims["exp"] = Forgery.date(Instant.now().adding(.seconds(17)))
            },
            Break("exp is before iat") { forgery, _ in
                forgery.claims["exp"] = Forgery.date(Instant.now().adding(.seconds(-1)))
            },
            Break("it was issued before the instance started") { forgery, _ in
                forgery.claims["iat"] = Forgery.date(Instant.now().adding(.seconds(-12)))
                forgery.claims["exp"] = Forgery.date(Instant.now().adding(.seconds(10)))
            },
            Break("the key is another service's") { forgery, keys in forgery.key = try keys.privateKey(.audit).key },
            Break("kid and key are another service's") { forgery, keys in
                let (kid, key) = try keys.privateKey(.audit)
                forgery.header["kid"] = .string(kid)
                forgery.key = key
            },
            Break("the key is nobody's") { forgery, _ in forgery.key = Curve25519.Signing.PrivateKey() },
            Break("the signature is cut") { forgery, _ in forgery.respell = { String($0.dropLast(4)) } },
            Break("the signature is padded") { forgery, _ in forgery.respell = { $0 + "==" } },
            Break("there is a fourth part") { forgery, _ in forgery.respell = { $0 + ".e30" } },
            Break("there is no signature") { forgery, _ in
                forgery.respell = { $0.split(separator: ".").dropLast().joined(separator: ".") + "." }
            },
            Break("it is no token") { forgery, _ in forgery.respell = { _ in "nonsense" } },
            Break("it is empty") { forgery, _ in forgery.respell = { _ in "" } },
            Break("it is very long") { forgery, _ in forgery.respell = { $0 + String(repeating: "A", count: 8000) } },
            Break("there is none").with { $0.tokens = 0 },
            Break("there are two").with { $0.tokens = 2 },
            Break("the body was changed").with { $0.body = Array(#"{"a":2}"#.utf8) },
            Break("the body was taken away").with { $0.body = [] },
            Break("the query was changed").with { $0.target = "/internal/v1/echo?n=2" },
            Break("the method was changed").with { $0.method = "PUT" },
            Break("Authorization was changed").with { $0.headers[.authorization] = "Bearer abd" },
            Break("Authorization was taken away").with { $0.headers[.authorization] = nil },
            Break("Content-Type was changed").with { $0.headers[.contentType] = "text/csv" },
            Break("Idempotency-Key was changed").with { $0.headers[.idempotencyKey] = "9876543210" },
            Break("If-Match was changed").with { $0.headers[.ifMatch] = "\"v2\"" },
            Break("X-Request-ID was changed").with { $0.headers[.requestID] = "request-2" },
        ]

    /// A listener that counts how often its handler was reached.
    private struct Callee {
        let keys: TestKeys
        let service: RunningService
        let reached: Reached

        final class Reached: Sendable {
            let count = Mutex(0)
        }

        static func start() async throws -> Callee {
            let keys = try TestKeys()
            let reached = Reached()
            let handler: Route.Handler = { call in
                reached.count.withLock { $0 += 1 }
                return .json(["caller": .string(try call.service.text), "request": .string(call.id.text)])
            }
            let access = Access.service(callers: [.hr], user: .none)
            let service = try await RunningService.start(
                keys: keys,
                internal: [
                    Route(.post, "/internal/v1/echo", access: access, body: .json, query: ["n"], handler: handler),
                    Route(.put, "/internal/v1/echo", access: access, body: .json, query: ["n"], handler: handler),
                ])
            return Callee(keys: keys, service: service, reached: reached)
        }

        func send(_ forgery: Forgery, _ change: Break) async throws -> PlainReply {
            var headers = change.headers.map { ($0.name.rawName, $0.value) }
            let token = try forgery.token()
            for _ in 0..<change.tokens { headers.append(("Service-Token", token)) }
            return try await plain(
                change.method, service.internalURL + change.target, headers: headers,
                body: change.body.isEmpty ? nil : change.body)
        }
    }

    private static func right(_ keys: TestKeys) throws -> Forgery {
        try .request(
            keys, from: .hr, to: .policy, method: "POST", target: target, headers: headers, body: body)
    }

    @Test func refusesEveryBrokenTokenUnsignedAndReachesNoHandler() async throws {
        let callee = try await Callee.start()
        for change in Self.breaks {
            var forgery = try Self.right(callee.keys)
            try change.change(&forgery, callee.keys)
            let reply = try await callee.send(forgery, change)
            #expect(reply.status == 401, "\(change.testDescription): \(reply.text)")
            #expect(reply.code == "service-token", "\(change.testDescription)")
            #expect(reply.headers["service-token"] == nil, "\(change.testDescription): a 401 must be unsigned")
        }
        #expect(callee.reached.count.withLock { $0 } == 0)
        await callee.service.stop()
    }

    @Test func acceptsTheUnbrokenTokenOnceAndWithinTheSkew() async throws {
        let callee = try await Callee.start()
        let unbroken = Break("nothing")
        let forgery = try Self.right(callee.keys)
        let first = try await callee.send(forgery, unbroken)
        #expect(first.status == 200)
        #expect(first.headers["service-token"] != nil)
        #expect(first.headers["x-request-id"] == "request-1")
        let replay = try await callee.send(forgery, unbroken)
        #expect(replay.status == 401, "the same jti a second time")
        let ahead = try Self.right(callee.keys).with {
            $0.claims["iat"] = Forgery.date(Instant.now().adding(.seconds(4)))
            $0.claims["exp"] = Forgery.date(Instant.now().adding(.seconds(20)))
        }
        #expect(try await callee.send(ahead, unbroken).status == 200, "a caller's clock may be 4 s ahead")
        #expect(callee.reached.count.withLock { $0 } == 2)
        await callee.service.stop()
    }

    @Test func answersACallerThatTheRouteDoesNotAllowWithASigned403() async throws {
        let callee = try await Callee.start()
        let forgery = try Forgery.request(
            callee.keys, from: .audit, to: .policy, method: "POST", target: Self.target, headers: Self.headers,
            body: Self.body)
        let reply = try await callee.send(forgery, Break("nothing"))
        #expect(reply.status == 403)
        #expect(reply.code == "caller-not-allowed")
        #expect(reply.headers["service-token"] != nil)
        #expect(callee.reached.count.withLock { $0 } == 0)
        await callee.service.stop()
    }

    @Test func answers503WhenTheMemoryOfIdentifiersIsFull() throws {
        let keys = try TestKeys()
        let verifier = ServiceTokenVerifier(keys: try keys.keys(.policy), capacity: 1)
        let signer = ServiceTokenSigner(keys: try keys.keys(.hr))
        let bound = ServiceTokenClaims.Request(
            method: "GET", target: "/", bodyDigest: BodyDigest.empty, headerDigest: BodyDigest.empty)
        let now = Instant.now().adding(.seconds(1))
        #expect(throws: Never.self) {
            try verifier.verify(request: signer.sign(request: bound, to: .policy, at: now).token, bound: bound, at: now)
        }
        let refusal = #expect(throws: ServiceTokenRefusal.self) {
            try verifier.verify(request: signer.sign(request: bound, to: .policy, at: now).token, bound: bound, at: now)
        }
        #expect(refusal?.isOverload == true)
        // When the first can no longer be accepted it is forgotten, and there is room again.
        let later = now.adding(.seconds(30))
        #expect(throws: Never.self) {
            try verifier.verify(
                request: signer.sign(request: bound, to: .policy, at: later).token, bound: bound, at: later)
        }
    }
}
