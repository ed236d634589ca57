import NIOPosix
import Synchronization
import Testing
import WireFormat

@testable import ServiceKit

/// Health, metrics, OpenAPI, and who is let in.
@Suite struct RuntimeTests {
    @Test func isReadyOnlyWhenEveryCheckSaysSo() async throws {
        let failure = Mutex<String?>("no connection")
        let box = Shared(failure: failure.withLock { $0 })
        let service = try await RunningService.start(
            keys: try TestKeys(),
            readiness: [
                ReadinessCheck("keys") { nil }, ReadinessCheck("database") { box.failure.withLock { $0 } },
            ])
        for url in [service.publicURL, service.internalURL] {
            #expect(try await plain("GET", url + "/health/live").status == 200)
            let waiting = try await plain("GET", url + "/health/ready")
            #expect(waiting.status == 503)
            #expect(waiting.code == "not-ready")
            #expect(waiting.headers["retry-after"] != nil)
            #expect(waiting.json?["checks"]?["database"]?.string == "no connection")
        }
        box.failure.withLock { $0 = nil }
        let ready = try await plain("GET", service.publicURL + "/health/ready")
        #expect(ready.status == 200)
        #expect(ready.json?["checks"] == ["database": "ok", "keys": "ok"])
        await service.stop()
    }

    @Test func aWarningIsToldAndTheServiceIsReady() async throws {
        let service = try await RunningService.start(
            keys: try TestKeys(), readiness: [ReadinessCheck("bundle", warning: { "the edit was refused" }) { nil }])
        let ready = try await plain("GET", service.publicURL + "/health/ready")
        #expect(ready.status == 200)
        #expect(ready.json?["checks"] == ["bundle": "warning: the edit was refused"])
        await service.stop()
    }

    final class Shared: Sendable {
        let failure: Mutex<String?>
        init(failure: String?) { self.failure = Mutex(failure) }
    }

    @Test func servesMetricsInternallyOnlyAndByRoutePattern() async throws {
        let service = try await RunningService.start(
            keys: try TestKeys(),
            public: [
                Route(.get, "/v1/things/{id}", access: .open(because: "a test")) { _ in .empty() }
            ])
        for id in ["a", "b", "c"] { _ = try await plain("GET", service.publicURL + "/v1/things/" + id) }
        _ = try await plain("GET", service.publicURL + "/nobody/knows/this")
        #expect(try await plain("GET", service.publicURL + "/metrics").status == 404)
        let text = try await plain("GET", service.internalURL + "/metrics").text
        #expect(text.contains("# TYPE http_request_duration_seconds histogram\n"))
        let labels = #"listener="public",route="GET /v1/things/{id}",status="2xx""#
        #expect(text.contains("http_request_duration_seconds_count{\(labels)} 3\n"))
        #expect(text.contains("http_request_duration_seconds_bucket{\(labels),le=\"+Inf\"} 3\n"))
        #expect(text.contains(#"route="unmatched",status="4xx"} 2"#))
        #expect(text.contains("process_resident_memory_bytes "))
        #expect(text.contains("process_cpu_seconds_total "))
        #expect(text.contains(#"http_requests_in_flight{listener="internal"} 1"#))
        #expect(!text.contains("nobody"))
        await service.stop()
    }

    @Test func handlersRunOnEventLoopsUnlessTheyLeaveThem() async throws {
        @Sendable func thread() -> String { MultiThreadedEventLoopGroup.currentEventLoop == nil ? "pool" : "loop" }
        let service = try await RunningService.start(
            keys: try TestKeys(),
            public: [
                Route(.get, "/v1/here", access: .open(because: "a test")) { _ in
                    let before = thread()
                    try await Task.sleep(for: .milliseconds(1))
                    return .json(.array([.string(before), .string(thread())]))
                },
                Route(.get, "/v1/away", access: .open(because: "a test")) { _ in
                    await withTaskExecutorPreference(globalConcurrentExecutor) { .json(.string(thread())) }
                },
            ])
        #expect(try await plain("GET", service.publicURL + "/v1/here").json == ["loop", "loop"])
        #expect(try await plain("GET", service.publicURL + "/v1/away").json == "pool")
        await service.stop()
    }

    @Test func servesTheOpenAPIDocumentAsJSONAndComparesItWithTheRoutes() async throws {
        let yaml = """
            openapi: 3.1.0
            info: {title: Things, version: "1"}
            paths:
              /v1/things:
                get: {responses: {"200": {description: all}}}
              /v1/gone:
                get: {responses: {"200": {description: all}}}
              /health/live:
                get: {responses: {"200": {description: live}}}
            """
        let document = try OpenAPIDocument(yaml: Array(yaml.utf8), path: "openapi.yaml")
        let service = try await RunningService.start(
            keys: try TestKeys(),
            public: [Route(.get, "/v1/things", access: .open(because: "a test")) { _ in .empty() }],
            openAPI: document)
        let reply = try await plain("GET", service.publicURL + "/openapi.json")
        #expect(reply.json?["openapi"]?.string == "3.1.0")
        #expect(
            document.mismatches(with: service.runtime.publicRoutes.routes) == [
                "not documented: GET /health/ready", "not documented: GET /openapi.json", "not served: GET /v1/gone",
            ])
        #expect(throws: OpenAPIDocument.Mistake.self) {
            try OpenAPIDocument(yaml: Array("paths: {a: 1, a: 2}".utf8), path: "openapi.yaml")
        }
        await service.stop()
    }

    @Test func verifiesTheUserWhomAServiceCallsForOnlyWhenTheRouteAsks() async throws {
        let keys = try TestKeys()
        let verifier = TestVerifier()
        let service = try await RunningService.start(
            keys: keys,
            internal: [
                Route(.get, "/internal/v1/user", access: .service(callers: [.hr], user: .required)) { call in
                    .json(["subject": .string(try call.user.subject.text), "service": .string(try call.service.text)])
                },
                Route(.get, "/internal/v1/alone", access: .service(callers: [.hr], user: .none)) { call in
                    #expect(throws: Problem.self) { try call.user }
                    return .empty()
                },
            ], verifier: verifier)
        let client = ServiceClient(
            keys: try keys.keys(.hr), callee: .policy, baseURL: service.internalURL, transport: ServiceTransport(),
            logger: .silent)
        let token = try await verifier.verify("good")
        func get(_ path: String, _ token: AccessToken?) async throws -> ServiceReply {
            try await client.send(.get, path, userToken: token, requestID: .generate(), deadline: .seconds(5))
        }
        let reply = try await get("/internal/v1/user", token)
        #expect(try reply.json()["subject"]?.string == verifier.subject.text)
        #expect(try reply.json()["service"]?.string == "hr")
        #expect(try await get("/internal/v1/user", nil).status == .unauthorized)
        #expect(try await get("/internal/v1/alone", nil).status == .noContent)
        #expect(try await get("/internal/v1/alone", token).status == .noContent)
        #expect(try await get("/internal/v1/nothing", nil).problem?.code == "not-found")
        await service.stop()
    }

    @Test func tellsNobodyTheCauseOfAMistakeOfOurs() async throws {
        struct Mistake: Error { let secret = "swordfish" }
        struct Known: ProblemConvertible { var problem: Problem { .conflict("taken", detail: "it is taken") } }
        let sink = LogSink.inMemory()
        let service = try await RunningService.start(
            keys: try TestKeys(),
            public: [
                Route(.get, "/v1/mistake", access: .open(because: "a test")) { _ in throw Mistake() },
                Route(.get, "/v1/known", access: .open(because: "a test")) { _ in throw Known() },
            ], logger: .keeping(sink))
        let reply = try await plain("GET", service.publicURL + "/v1/mistake", headers: [("X-Request-ID", "here-1")])
        #expect(reply.status == 500)
        #expect(reply.code == "internal-error")
        #expect(!reply.text.contains("swordfish"))
        #expect(sink.lines.contains { $0.contains("here-1") && $0.contains("Mistake") })
        #expect(try await plain("GET", service.publicURL + "/v1/known").code == "taken")
        await service.stop()
    }
}
