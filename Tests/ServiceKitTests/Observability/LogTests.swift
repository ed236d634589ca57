import Logging
import Testing
import WireFormat

@testable import ServiceKit

extension Logger {
    /// Writes JSON lines into memory.
    static func keeping(_ sink: LogSink, level: Logger.Level = .info) -> Logger {
        Logger(label: "test") { JSONLineLogHandler(label: $0, level: level, sink: sink) }
    }
}

@Suite struct LogTests {
    @Test func writesOneLineOfJSONWhateverTheTextHolds() throws {
        let nasty = [
            "plain", "two\nlines", "carriage\rreturn", "tab\t", "quote\" and \\", "nul\u{0}", "escape\u{1B}[31m",
            "\u{2028}\u{2029}", "c1 \u{85}", "\u{202E}reversed", "🙂 é", "}{\"level\":\"error\"",
        ]
        for text in nasty {
            let sink = LogSink.inMemory()
            Logger.keeping(sink).info(
                "\(text)", metadata: ["key\n": "\(text)", "list": ["\(text)"], "map": ["k": "\(text)"]])
            let line = try #require(sink.lines.first)
            #expect(sink.lines.count == 1)
            #expect(line.unicodeScalars.filter { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }.count == 1)
            #expect(line.hasSuffix("}\n"))
            #expect(!line.contains("\u{2028}") && !line.contains("\u{202E}"))
            guard !text.contains("\0") else { continue }  // our own parser refuses NUL, as it should
            let parsed = try JSONValue.parse(Array(line.dropLast().utf8))
            #expect(parsed["message"]?.string == text)
            #expect(parsed["map"]?["k"]?.string == text)
        }
    }

    @Test func redactsByType() {
        let sink = LogSink.inMemory()
        let secret = Redacted("swordfish")
        Logger.keeping(sink).info(
            "with \(secret)",
            metadata: ["a": "\(secret)", "b": .stringConvertible(secret), "c": ["\(secret)"], "d": ["x": "\(secret)"]])
        #expect(!sink.lines.joined().contains("swordfish"))
        #expect(sink.lines.joined().contains("‹redacted›"))
    }

    @Test func keepsTheNearestOfTwoValuesAndCutsLongOnes() throws {
        let sink = LogSink.inMemory()
        var logger = Logger.keeping(sink)
        logger[metadataKey: "request_id"] = "outer"
        logger[metadataKey: "level"] = "forged"
        logger.info("a", metadata: ["request_id": "inner", "long": "\(String(repeating: "a", count: 100_000))"])
        let line = try JSONValue.parse(Array(try #require(sink.lines.first).utf8))
        #expect(line["request_id"]?.string == "inner")
        #expect(line["level"]?.string == "info")
        #expect((line["long"]?.string?.count ?? 0) < 10_000)
    }

    @Test func writesTheRequestIDOnEveryLineOfARequest() async throws {
        let sink = LogSink.inMemory()
        let service = try await RunningService.start(
            keys: try TestKeys(),
            public: [
                Route(.get, "/v1/logged/{id}", access: .open(because: "a test"), query: ["q"]) { call in
                    call.logger.info("in the handler")
                    return .empty()
                }
            ], logger: .keeping(sink))
        let url = service.publicURL + "/v1/logged/secret-name?q=secret-word"
        _ = try await plain("GET", url, headers: [("X-Request-ID", "abc-1"), ("Authorization", "Bearer secret-token")])
        try await eventually("both lines are there") { sink.lines.filter { $0.contains("abc-1") }.count == 2 }
        #expect(sink.lines.contains { $0.contains("in the handler") && $0.contains("abc-1") })
        #expect(sink.lines.contains { $0.contains("/v1/logged/{id}") && $0.contains("abc-1") })
        #expect(!sink.lines.joined().contains("secret-"))
        await service.stop()
    }
}
