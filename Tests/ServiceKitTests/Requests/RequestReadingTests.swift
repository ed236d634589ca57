import HTTPTypes
import Testing
import WireFormat

@testable import ServiceKit

@Suite struct RequestReadingTests {
    private let tenant = TenantID(UUIDv7.generate())
    private let subject = UUIDv7.generate()

    @Test func opensACursorOnlyForTheSameTenantSubjectAndQuery() throws {
        let cursors = CursorCodec.ephemeral()
        let position = ["Müller", "2026-01-01", ""]
        let cursor = cursors.encode(position, tenant: tenant, subject: subject, query: "q=1")
        #expect(try cursors.decode(cursor, tenant: tenant, subject: subject, query: "q=1") == position)
        #expect(throws: Problem.self) {
            try cursors.decode(cursor, tenant: TenantID(.generate()), subject: subject, query: "q=1")
        }
        #expect(throws: Problem.self) {
            try cursors.decode(cursor, tenant: tenant, subject: .generate(), query: "q=1")
        }
        #expect(throws: Problem.self) { try cursors.decode(cursor, tenant: tenant, subject: subject, query: "q=2") }
        #expect(throws: Problem.self) {
            try CursorCodec.ephemeral().decode(cursor, tenant: tenant, subject: subject, query: "q=1")
        }
        for index in cursor.indices {
            var changed = cursor
            changed.replaceSubrange(index...index, with: cursor[index] == "A" ? "B" : "A")
            #expect(throws: Problem.self) {
                try cursors.decode(changed, tenant: tenant, subject: subject, query: "q=1")
            }
        }
        #expect(CursorCodec(key: [UInt8](repeating: 1, count: 31)) == nil)
    }

    @Test func opensACursorOfAnotherCopyWithTheSameKey() throws {
        let key = [UInt8](repeating: 7, count: 32)
        let one = try #require(CursorCodec(key: key))
        let two = try #require(CursorCodec(key: key))
        let cursor = one.encode(["a"], tenant: tenant, subject: subject, query: "")
        #expect(try two.decode(cursor, tenant: tenant, subject: subject, query: "") == ["a"])
    }

    @Test func readsEntityTagsStrictly() {
        #expect(ETag(header: "\"v12\"")?.version == 12)
        #expect(ETag(version: 12).header == "\"v12\"")
        #expect(ETag(header: "\"abc-1.2:3_4\"")?.opaque == "abc-1.2:3_4")
        for wrong in ["v12", "\"\"", "*", "W/\"v1\"", "\"v1\", \"v2\"", "\"a b\"", "\"", "", "\"\u{e9}\""] {
            #expect(ETag(header: wrong) == nil, "\(wrong)")
        }
        #expect(ETag(header: "\"v012\"")?.version == nil)
    }

    @Test func readsQueryParametersByTheirType() throws {
        enum Order: String, CaseIterable { case name, date }
        let id = UUIDv7.generate()
        let query = try QueryParameters.parse(
            "limit=200&flag=true&id=\(id)&at=2026-01-02T03:04:05Z&day=2026-01-02&order=date&q=a+b%2Bc&n=-5"[...],
            allowed: ["limit", "flag", "id", "at", "day", "order", "q", "n"])
        #expect(try query.limit() == 200)
        #expect(try query.bool("flag") == true)
        #expect(try query.uuid("id") == id)
        #expect(try query.instant("at")?.rfc3339 == "2026-01-02T03:04:05.000000Z")
        #expect(try query.day("day")?.text == "2026-01-02")
        #expect(try query.choice("order", Order.self) == .date)
        #expect(query.string("q") == "a b+c")
        #expect(try query.integer("n", in: -10...10) == -5)
        #expect(try QueryParameters.none.limit() == 50)
        #expect(try query.bool("absent") == nil)
        for (text, read) in [
            ("flag=yes", { _ = try $0.bool("flag") }), ("id=1", { _ = try $0.uuid("id") }),
            ("at=yesterday", { _ = try $0.instant("at") }), ("day=2026-02-30", { _ = try $0.day("day") }),
            ("order=size", { _ = try $0.choice("order", Order.self) }), ("q=", { _ = try $0.required("q") }),
            ("n=1", { _ = try $0.required("q") }),
        ] as [(String, (QueryParameters) throws -> Void)] {
            let query = try QueryParameters.parse(text[...], allowed: ["flag", "id", "at", "day", "order", "q", "n"])
            #expect(throws: Problem.self, "\(text)") { try read(query) }
        }
    }

    @Test func readsDevicesFromUserAgents() {
        let table: [(String?, String, String)] = [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36",
                "Windows", "Chrome"
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0",
                "Windows", "Edge"
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1 Version/17.0 Mobile Safari/604.1",
                "iPhone", "Safari"
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0", "Linux", "Firefox"),
            (
                "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36", "Android",
                "Chrome"
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) AppleWebKit/605.1 Version/17.0 Safari/605.1", "macOS",
                "Safari"
            ),
            ("curl/8.5.0", "unknown", "curl"), (nil, "unknown", "unknown"), ("", "unknown", "unknown"),
        ]
        for (agent, device, browser) in table {
            let info = DeviceInfo(userAgent: agent)
            #expect(info.device == device, "\(agent ?? "none")")
            #expect(info.browser == browser, "\(agent ?? "none")")
        }
        let long = DeviceInfo(userAgent: "a\u{0}b\u{1B}" + String(repeating: "x", count: 1000))
        #expect(long.userAgent.count == 256)
        #expect(long.userAgent.hasPrefix("abx"))
    }

    @Test func writesRateLimitFields() {
        let limit = RateLimit(policy: "sign-in", quota: 10, window: 60, remaining: 0, reset: 12)
        #expect(limit.headers[.rateLimit] == "\"sign-in\";r=0;t=12")
        #expect(limit.headers[.rateLimitPolicy] == "\"sign-in\";q=10;w=60")
        #expect(limit.exceeded.status == .tooManyRequests)
        #expect(limit.exceeded.headers[.retryAfter] == "12")
    }

    @Test func namesItsHeaderFields() {
        let names: [HTTPField.Name] = [.idempotencyKey, .requestID, .serviceToken, .rateLimit, .rateLimitPolicy]
        #expect(
            names.map(\.rawName) == [
                "Idempotency-Key", "X-Request-ID", "Service-Token", "RateLimit", "RateLimit-Policy",
            ])
    }

    @Test func namesServicesStrictly() {
        #expect(ServiceName("hr") == .hr)
        for wrong in ["", "HR", "a b", "ä", String(repeating: "a", count: 33)] { #expect(ServiceName(wrong) == nil) }
    }

    @Test func writesDatesAsHTTPHasThem() throws {
        let instant = try #require(Instant(rfc3339: "1994-11-06T08:49:37Z"))
        #expect(HTTPDate.format(instant) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.format(Instant(seconds: 0)) == "Thu, 01 Jan 1970 00:00:00 GMT")
    }
}
