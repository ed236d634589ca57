import NIOCore
import ServiceLifecycle
import Synchronization
import Testing
import WireFormat

@testable import ServiceKit

/// Time limits, load shedding, and shutdown.
@Suite struct LimitsTests {
    /// Holds handlers back until it is opened.
    final class Door: Sendable {
        private struct State {
            var isOpen = false
            var entered = 0
            var waiting: [CheckedContinuation<Void, Never>] = []
        }
        private let state = Mutex(State())

        var entered: Int { state.withLock { $0.entered } }

        func pass() async {
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state in
                    state.entered += 1
                    if !state.isOpen { state.waiting.append(continuation) }
                    return state.isOpen
                }
                if isOpen { continuation.resume() }
            }
        }

        func open() {
            let waiting = state.withLock { state in
                state.isOpen = true
                defer { state.waiting = [] }
                return state.waiting
            }
            for continuation in waiting { continuation.resume() }
        }
    }

    static func route(_ door: Door, timeLimit: Duration = .seconds(30)) -> Route {
        Route(.get, "/v1/slow", access: .open(because: "a test"), timeLimit: timeLimit) { _ in
            await door.pass()
            return .json(["done": true])
        }
    }

    @Test func finishesWhatIsInFlightAndTakesNothingNewDuringShutdown() async throws {
        let door = Door()
        let service = try await RunningService.start(keys: try TestKeys(), public: [Self.route(door)])
        let url = service.publicURL
        async let slow = plain("GET", url + "/v1/slow")
        try await eventually("the handler has begun") { door.entered == 1 }
        await service.beginStop()
        try await eventually("nothing new is taken") {
            do {
                _ = try await RawConnection.exchange(
                    port: service.ports.public ?? 0, "GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                )
                return false
            } catch {
                return true
            }
        }
        door.open()
        let reply = try await slow
        #expect(reply.status == 200)
        #expect(reply.json?["done"]?.bool == true)
        await service.stop()
    }

    @Test func shedsWhatNeitherRunsNorWaitsAndKeepsHealthAnswering() async throws {
        var limits = ServerLimits()
        limits.maximumInFlight = 2
        limits.maximumQueued = 1
        limits.queueWait = .seconds(20)
        let door = Door()
        let metrics = MetricsRegistry()
        let service = try await RunningService.start(
            keys: try TestKeys(), public: [Self.route(door)], limits: limits, metrics: metrics)
        let url = service.publicURL
        let held = (0..<3).map { _ in Task { try await plain("GET", url + "/v1/slow", timeout: .seconds(30)) } }
        try await eventually("two run and one waits") {
            let load = service.runtime.listeners[0].dispatcher.load
            return load.inFlight == 2 && load.queued == 1
        }
        let shed = try await plain("GET", url + "/v1/slow")
        #expect(shed.status == 503)
        #expect(shed.code == "overloaded")
        #expect(shed.headers["retry-after"] == "1")
        #expect(try await plain("GET", url + "/health/live").status == 200)
        #expect(metrics.exposition().contains("http_requests_shed_total{listener=\"public\"} 1"))
        door.open()
        for task in held { #expect(try await task.value.status == 200) }
        await service.stop()
    }

    @Test func shedsWhatWaitsTooLong() async throws {
        var limits = ServerLimits()
        limits.maximumInFlight = 1
        limits.queueWait = .milliseconds(100)
        let door = Door()
        let service = try await RunningService.start(keys: try TestKeys(), public: [Self.route(door)], limits: limits)
        let url = service.publicURL
        let held = Task { try await plain("GET", url + "/v1/slow") }
        try await eventually("one runs") { door.entered == 1 }
        let shed = try await plain("GET", url + "/v1/slow")
        #expect(shed.status == 503)
        door.open()
        #expect(try await held.value.status == 200)
        await service.stop()
    }

    @Test func stopsAHandlerAtItsTimeLimitEvenOneThatDoesNotHeedCancellation() async throws {
        let door = Door()
        let service = try await RunningService.start(
            keys: try TestKeys(), public: [Self.route(door, timeLimit: .milliseconds(100))])
        let reply = try await plain("GET", service.publicURL + "/v1/slow")
        #expect(reply.status == 503)
        #expect(reply.code == "time-limit")
        #expect(reply.headers["retry-after"] != nil)
        door.open()
        await service.stop()
    }

    @Test func signsEvenALateAnswer() async throws {
        let keys = try TestKeys()
        let door = Door()
        let service = try await RunningService.start(
            keys: keys,
            internal: [
                Route(
                    .get, "/internal/v1/slow", access: .service(callers: [.hr], user: .none),
                    timeLimit: .milliseconds(100)
                ) { _ in
                    await door.pass()
                    return .empty()
                }
            ])
        let client = ServiceClient(
            keys: try keys.keys(.hr), callee: .policy, baseURL: service.internalURL, transport: ServiceTransport(),
            logger: .silent)
        let reply = try await client.send(.get, "/internal/v1/slow", requestID: .generate(), deadline: .seconds(5))
        #expect(reply.status == .serviceUnavailable)
        #expect(reply.problem?.code == "time-limit")
        door.open()
        await service.stop()
    }

    @Test func closesAConnectionWhoseBodyDoesNotArrive() async throws {
        var limits = ServerLimits()
        limits.bodyTimeout = .milliseconds(100)
        let service = try await RunningService.start(
            keys: try TestKeys(),
            public: [Route(.post, "/v1/x", access: .open(because: "a test"), body: .json) { _ in .empty() }],
            limits: limits)
        let began = ContinuousClock.now
        let answer = try await RawConnection.exchange(
            port: service.ports.public ?? 0,
            "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{")
        #expect(answer.isEmpty)
        #expect(ContinuousClock.now - began < .seconds(5))
        await service.stop()
    }

    @Test func givesTheBodyBudgetBack() async throws {
        var limits = ServerLimits()
        limits.bodyBudget = BodyRule.standardLimit
        let service = try await RunningService.start(
            keys: try TestKeys(),
            public: [Route(.post, "/v1/x", access: .open(because: "a test"), body: .json) { _ in .empty() }],
            limits: limits)
        for _ in 0..<5 {
            let reply = try await plain(
                "POST", service.publicURL + "/v1/x", headers: [("Content-Type", "application/json")],
                body: Array("{}".utf8))
            #expect(reply.status == 204)
        }
        await service.stop()
    }

    @Test func saysOnOneLineThatAPortIsTaken() async throws {
        let keys = try TestKeys()
        let first = try await RunningService.start(keys: keys)
        let taken = first.ports.public ?? 0
        let runtime = try ServiceRuntime(
            name: .policy, publicListener: ListenerConfiguration(address: .tcp(host: "127.0.0.1", port: taken)),
            internalListener: ListenerConfiguration(address: .tcp(host: "127.0.0.1", port: 0)), publicRoutes: [],
            internalRoutes: [], keys: try keys.keys(.policy), verifier: nil, metrics: MetricsRegistry(),
            logger: .silent)
        let error = await #expect(throws: SettingsError.self) { try await runtime.serviceGroup().run() }
        #expect(
            error?.description == "the public listener cannot listen on 127.0.0.1:\(taken): the address is in use")
        await first.stop()
    }
}
