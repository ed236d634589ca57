import HTTPTypes
import Synchronization
import Testing
import WireFormat

@testable import ServiceKit

/// Bad input of every kind gets a 4xx problem that says where, and reaches no handler's effect.
@Suite struct BadInputTests {
    struct Sample: WireBody {
        let name: String
        let count: Int64

        init(fields: inout FieldReader) {
            name = fields.required("name")
            count = fields.required("count")
        }
    }

    /// What is sent, and what must come back.
    struct Bad: Sendable {
        let name: String
        var method = "POST"
        var path = "/v1/samples"
        var headers = ["Content-Type": "application/json"]
        var body: [UInt8]?
        let status: Int
        let code: String
        var pointer: String?
    }

    static let deep = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)

    static let table: [Bad] = [
        Bad(name: "no JSON", body: bytes("{name:1}"), status: 400, code: "malformed-body", pointer: ""),
        Bad(name: "cut JSON", body: bytes(#"{"name":"a","#), status: 400, code: "malformed-body", pointer: ""),
        Bad(name: "two values", body: bytes("{} {}"), status: 400, code: "malformed-body", pointer: ""),
        Bad(name: "no body", body: nil, status: 400, code: "malformed-body", pointer: ""),
        Bad(name: "an array", body: bytes("[]"), status: 422, code: "invalid-fields", pointer: ""),
        Bad(name: "deep nesting", body: bytes(deep), status: 400, code: "malformed-body", pointer: nil),
        Bad(
            name: "deep nesting in a field", body: bytes(#"{"name":"# + deep + "}"), status: 400,
            code: "malformed-body", pointer: nil),
        Bad(
            name: "bad UTF-8", body: bytes(#"{"name":""#) + [0xFF, 0xFE] + bytes(#"","count":1}"#), status: 400,
            code: "malformed-body", pointer: "/name"),
        Bad(
            name: "a raw NUL", body: bytes(#"{"name":""#) + [0] + bytes(#"","count":1}"#), status: 400,
            code: "malformed-body", pointer: "/name"),
        Bad(
            name: "an escaped NUL", body: bytes(#"{"name":"a\u0000","count":1}"#), status: 400, code: "malformed-body",
            pointer: "/name"),
        Bad(
            name: "a duplicate member", body: bytes(#"{"name":"a","name":"b","count":1}"#), status: 400,
            code: "malformed-body", pointer: nil),
        Bad(
            name: "a wrong type", body: bytes(#"{"name":1,"count":1}"#), status: 422, code: "invalid-fields",
            pointer: "/name"),
        Bad(
            name: "a fraction for a number", body: bytes(#"{"name":"a","count":1.5}"#), status: 422,
            code: "invalid-fields", pointer: "/count"),
        Bad(
            name: "a missing field", body: bytes(#"{"name":"a"}"#), status: 422, code: "invalid-fields",
            pointer: "/count"),
        Bad(
            name: "an unknown field", body: bytes(#"{"name":"a","count":1,"admin":true}"#), status: 422,
            code: "invalid-fields", pointer: "/admin"),
        Bad(
            name: "an unknown field with slashes", body: bytes(#"{"name":"a","count":1,"a/b~c":true}"#), status: 422,
            code: "invalid-fields", pointer: "/a~1b~0c"),
        Bad(
            name: "a body over the limit", body: bytes(#"{"name":""# + String(repeating: "a", count: 70_000) + #""}"#),
            status: 413, code: "body-too-large", pointer: ""),
        Bad(
            name: "a wrong type of content", headers: ["Content-Type": "text/plain"], body: bytes("{}"), status: 415,
            code: "unsupported-media-type"),
        Bad(
            name: "another charset", headers: ["Content-Type": "application/json; charset=utf-16"], body: bytes("{}"),
            status: 415, code: "unsupported-media-type"),
        Bad(name: "no type of content", headers: [:], body: bytes("{}"), status: 415, code: "unsupported-media-type"),
        Bad(
            name: "a compressed body", headers: ["Content-Type": "application/json", "Content-Encoding": "gzip"],
            body: bytes("{}"), status: 415, code: "unsupported-media-type"),
        Bad(name: "no such path", path: "/v1/nothing", status: 404, code: "not-found"),
        Bad(name: "a path with a slash more", path: "/v1/samples/", status: 404, code: "not-found"),
        Bad(name: "another method", method: "DELETE", status: 405, code: "method-not-allowed"),
        Bad(name: "an unheard-of method", method: "BREW", status: 400, code: "malformed-request"),
        Bad(
            name: "a body for a GET", method: "GET", body: bytes("{}"), status: 400, code: "unexpected-body"),
        get("limit=0", "/query/limit"), get("limit=201", "/query/limit"), get("limit=-1", "/query/limit"),
        get("limit=99999999999999999999999", "/query/limit"), get("limit=1e2", "/query/limit"),
        get("limit=+5", "/query/limit"), get("limit=", "/query/limit"), get("limit=abc", "/query/limit"),
        get("limit=5&limit=6", "/query/limit"), get("limit=%FF", "/query/limit"), get("limit=%00", "/query/limit"),
        get("limit=%zz", "/query/limit"), get("unknown=1", "/query/unknown"), get("offset=1", "/query/offset"),
        get("a%2Fb=1", "/query/a~1b"), get("=1", nil), get("%FF=1", nil), get("limit=5&", nil),
        get("cursor=AAAA", "/query/cursor"), get("cursor=%27%20OR%201%3D1--", "/query/cursor"),
        get("cursor=" + String(repeating: "A", count: 4000), "/query/cursor"),
        Bad(name: "no id", method: "GET", path: "/v1/samples/1", status: 404, code: "not-found"),
        Bad(
            name: "an id of SQL", method: "GET", path: "/v1/samples/'%3B%20DROP%20TABLE%20x%3B--", status: 404,
            code: "not-found"),
        Bad(name: "an id of NUL", method: "GET", path: "/v1/samples/%00", status: 400, code: "invalid-path"),
        Bad(
            name: "a very long path", method: "GET", path: "/v1/samples/" + String(repeating: "a", count: 9000),
            status: 414, code: "target-too-long"),
        Bad(
            name: "a wrong If-Match", path: "/v1/matched", headers: ["If-Match": "W/\"v1\""], status: 400,
            code: "invalid-if-match"),
        Bad(name: "no If-Match", path: "/v1/matched", headers: [:], status: 428, code: "precondition-required"),
        Bad(name: "a stale If-Match", path: "/v1/matched", headers: ["If-Match": "\"v1\""], status: 412, code: "stale"),
        Bad(name: "no Idempotency-Key", path: "/v1/keyed", headers: [:], status: 400, code: "idempotency-key-required"),
        Bad(
            name: "a short Idempotency-Key", path: "/v1/keyed", headers: ["Idempotency-Key": "abc"], status: 400,
            code: "invalid-idempotency-key"),
        form("a=1&a=2", 422, "invalid-fields", "/a"), form("b=1", 422, "invalid-fields", "/b"),
        form("a=%FF", 400, "malformed-body", ""), form("a=%00", 400, "malformed-body", ""),
        Bad(name: "no token", method: "GET", path: "/v1/me", headers: [:], status: 401, code: "unauthenticated"),
        Bad(
            name: "a wrong token", method: "GET", path: "/v1/me", headers: ["Authorization": "Bearer bad"], status: 401,
            code: "unauthenticated"),
        Bad(
            name: "another scheme", method: "GET", path: "/v1/me", headers: ["Authorization": "Basic Z29vZA=="],
            status: 401, code: "unauthenticated"),
    ]

    static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    static func get(_ query: String, _ pointer: String?) -> Bad {
        Bad(
            name: query, method: "GET", path: "/v1/samples?" + query, headers: [:], status: 400, code: "invalid-query",
            pointer: pointer)
    }

    static func form(_ body: String, _ status: Int, _ code: String, _ pointer: String) -> Bad {
        Bad(
            name: "form " + body, path: "/v1/form", headers: ["Content-Type": "application/x-www-form-urlencoded"],
            body: bytes(body), status: status, code: code, pointer: pointer)
    }

    final class Effects: Sendable {
        let count = Mutex(0)
    }

    static func start(_ effects: Effects) async throws -> RunningService {
        let cursors = CursorCodec.ephemeral()
        let verifier = TestVerifier()
        let open = Access.open(because: "a test")
        return try await RunningService.start(
            keys: try TestKeys(),
            public: [
                Route(.post, "/v1/samples", access: open, body: .json(limit: 65536)) { call in
                    let sample = try call.decode(Sample.self)
                    effects.count.withLock { $0 += 1 }
                    return .json(["name": .string(sample.name)], status: .created)
                },
                Route(.get, "/v1/samples", access: open, query: ["limit", "cursor"]) { call in
                    let limit = try call.query.limit()
                    if let cursor = call.query.string("cursor") {
                        _ = try cursors.decode(
                            cursor, tenant: verifier.tenant, subject: verifier.subject, query: call.pattern)
                    }
                    return .page([.integer(Int64(limit))], next: nil)
                },
                Route(.get, "/v1/samples/{id}", access: open) { call in
                    .json(["id": .string(try call.uuid("id").text)])
                },
                Route(.post, "/v1/matched", access: open) { call in
                    try call.ifMatch(current: ETag(version: 2))
                    return .empty()
                },
                Route(.post, "/v1/keyed", access: open) { call in
                    .json(["key": .string(try call.requiredIdempotencyKey().text)])
                },
                Route(.post, "/v1/form", access: open, body: .form) { call in
                    .json(["a": .init(try call.form(allowed: ["a"])["a"])])
                },
                Route(.get, "/v1/me", access: .signedIn(because: "a test")) { call in
                    .json(["subject": .string(try call.user.subject.text)])
                },
            ], verifier: verifier)
    }

    @Test func answersEachWithAProblemThatNamesThePlace() async throws {
        let effects = Effects()
        let service = try await Self.start(effects)
        for bad in Self.table {
            let reply = try await plain(
                bad.method, service.publicURL + bad.path, headers: bad.headers.map { ($0.key, $0.value) },
                body: bad.body)
            #expect(reply.status == bad.status, "\(bad.name): \(reply.text)")
            #expect(reply.code == bad.code, "\(bad.name): \(reply.text)")
            #expect(reply.headers["content-type"] == "application/problem+json", "\(bad.name)")
            #expect(reply.json?["status"]?.integer == Int64(bad.status), "\(bad.name)")
            #expect(reply.json?["request_id"]?.string == reply.headers["x-request-id"], "\(bad.name)")
            #expect(reply.json?["title"]?.string?.isEmpty == false, "\(bad.name)")
            #expect(reply.headers["x-content-type-options"] == "nosniff", "\(bad.name)")
            #expect(reply.headers["cache-control"] == "no-store", "\(bad.name)")
            if let pointer = bad.pointer { #expect(reply.pointers.contains(pointer), "\(bad.name): \(reply.text)") }
        }
        #expect(effects.count.withLock { $0 } == 0)
        let good = try await plain(
            "POST", service.publicURL + "/v1/samples",
            headers: [("Content-Type", "application/json; charset=UTF-8"), ("X-Request-ID", "my-request.1")],
            body: Self.bytes(#"{"name":"a","count":1}"#))
        #expect(good.status == 201)
        #expect(good.headers["x-request-id"] == "my-request.1")
        #expect(effects.count.withLock { $0 } == 1)
        await service.stop()
    }

    @Test func answersWhatIsNotHTTPWithAProblemAndCloses() async throws {
        struct Raw {
            let name: String
            let text: String
            let status: Int
        }
        let service = try await Self.start(Effects())
        let port = service.ports.public ?? 0
        let manyHeaders = (0..<500).map { "X-H\($0): 1\r\n" }.joined()
        let table: [Raw] = [
            Raw(name: "nonsense", text: "nonsense\r\n\r\n", status: 400),
            Raw(name: "TLS to a plain port", text: "\u{16}\u{03}\u{01}\u{02}\0\u{01}\0", status: 400),
            Raw(name: "many headers", text: "GET /v1/samples HTTP/1.1\r\nHost: a\r\n\(manyHeaders)\r\n", status: 431),
            Raw(
                name: "a long header",
                text: "GET /v1/samples HTTP/1.1\r\nHost: a\r\nX-A: \(String(repeating: "a", count: 40_000))\r\n\r\n",
                status: 431),
            Raw(
                name: "long headers together",
                text: "GET /v1/samples HTTP/1.1\r\nHost: a\r\n"
                    + (0..<10).map { "X-A\($0): \(String(repeating: "a", count: 8000))\r\n" }.joined() + "\r\n",
                status: 431),
            // Foundation's URL would send another path.
            Raw(
                name: "an id of bad UTF-8",
                text: "GET /v1/samples/%C3%28 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", status: 400),
            Raw(
                name: "a NUL in a header", text: "GET /v1/samples HTTP/1.1\r\nHost: a\r\nX-A: a\0b\r\n\r\n", status: 400
            ),
            Raw(
                name: "two lengths",
                text: "POST /v1/samples HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
                status: 400),
            Raw(
                name: "a length and chunks",
                text:
                    "POST /v1/samples HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
                status: 400),
            Raw(
                name: "a negative length",
                text: "POST /v1/samples HTTP/1.1\r\nHost: a\r\nContent-Length: -2\r\n\r\n{}", status: 400),
            Raw(
                name: "broken chunks",
                text: "POST /v1/samples HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\nZZ\r\n", status: 400),
            Raw(
                name: "chunks over the limit",
                text: "POST /v1/samples HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n"
                    + (0..<20).map { _ in "2000\r\n\(String(repeating: "a", count: 8192))\r\n" }.joined() + "0\r\n\r\n",
                status: 413),
        ]
        for raw in table {
            let answer = try await RawConnection.exchange(port: port, raw.text)
            #expect(answer.hasPrefix("HTTP/1.1 \(raw.status) "), "\(raw.name): \(answer.prefix(200))")
            #expect(answer.contains("application/problem+json"), "\(raw.name)")
            #expect(answer.contains("urn:bailiwick:problem:"), "\(raw.name)")
        }
        #expect(try await plain("GET", service.publicURL + "/health/live").status == 200, "it still serves")
        await service.stop()
    }

    @Test func answersWhatCameBeforeTheNonsenseFirst() async throws {
        let service = try await Self.start(Effects())
        let answer = try await RawConnection.exchange(
            port: service.ports.public ?? 0, "GET /v1/samples HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n")
        let statuses = answer.ranges(of: "HTTP/1.1 ").map { answer[$0.upperBound...].prefix(3) }
        #expect(statuses == ["200", "400"])
        await service.stop()
    }

    @Test func replacesARequestIDThatIsNotOne() async throws {
        let service = try await Self.start(Effects())
        for wrong in ["a b", String(repeating: "a", count: 65), "a\"b", "é"] {
            let reply = try await plain("GET", service.publicURL + "/v1/samples", headers: [("X-Request-ID", wrong)])
            let id = reply.headers["x-request-id"] ?? ""
            #expect(reply.status == 200)
            #expect(id != wrong)
            #expect(RequestID(id) != nil)
        }
        await service.stop()
    }

    @Test func saysWhichMethodsARouteTakes() async throws {
        let service = try await Self.start(Effects())
        let reply = try await plain("DELETE", service.publicURL + "/v1/samples")
        #expect(reply.headers["allow"] == "GET, POST")
        await service.stop()
    }
}
