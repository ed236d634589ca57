import Foundation
import HTTPTypes
import Synchronization
import TestSupport
import Testing
import WireFormat

@testable import ServiceKit

@Suite struct ServiceClientTests {
    private static func client(_ keys: TestKeys, port: Int) throws -> ServiceClient {
        ServiceClient(
            keys: try keys.keys(.hr), callee: .policy, baseURL: "http://127.0.0.1:\(port)",
            transport: ServiceTransport(), logger: .silent)
    }

    /// A service with one route that waits at a door, and a client of it.
    private static func slowService() async throws -> (RunningService, ServiceClient, LimitsTests.Door) {
        let keys = try TestKeys()
        let door = LimitsTests.Door()
        let service = try await RunningService.start(
            keys: keys,
            internal: [
                Route(.get, "/internal/v1/slow", access: .service(callers: [.hr], user: .none)) { _ in
                    await door.pass()
                    return .empty()
                }
            ])
        return (service, try client(keys, port: service.ports.internal ?? 0), door)
    }

    @Test func carriesBodyHeadersAndRequestIDThereAndBack() async throws {
        let keys = try TestKeys()
        let service = try await RunningService.start(
            keys: keys,
            internal: [
                Route(
                    .put, "/internal/v1/things/{name}", access: .service(callers: [.hr], user: .none), body: .json,
                    query: ["q"]
                ) { call in
                    .json(
                        [
                            "name": .string(try call.parameter("name")), "q": .init(call.query.string("q")),
                            "body": try call.json(), "id": .string(call.id.text),
                            "key": .init(call.headers[.idempotencyKey]),
                        ]
                    ).tagged(ETag(version: 3))
                }
            ])
        let client = try Self.client(keys, port: service.ports.internal ?? 0)
        let id = RequestID.generate()
        let name = "a b/ü?"
        let reply = try await client.send(
            .put, "/internal/v1/things/\(PercentEncoding.encode(name))?q=\(PercentEncoding.encode("x&y"))",
            body: ["n": 1], headers: [.idempotencyKey: "0123456789"], requestID: id, deadline: .seconds(5))
        #expect(reply.status == .ok)
        #expect(reply.headers[.eTag] == "\"v3\"")
        let json = try reply.json()
        #expect(json["name"]?.string == name)
        #expect(json["q"]?.string == "x&y")
        #expect(json["body"] == ["n": 1])
        #expect(json["id"]?.string == id.text)
        #expect(json["key"]?.string == "0123456789")
        await service.stop()
    }

    @Test func givesUpAtTheDeadline() async throws {
        let (service, client, door) = try await Self.slowService()
        let began = ContinuousClock.now
        let error = await #expect(throws: ServiceCallError.self) {
            try await client.send(
                .get, "/internal/v1/slow", requestID: .generate(), retry: .idempotent, deadline: .milliseconds(200))
        }
        #expect(error?.code == .timedOut)
        #expect(error?.problem.status == .serviceUnavailable)
        #expect(ContinuousClock.now - began < .seconds(2))
        door.open()
        await service.stop()
    }

    @Test func refusesAnAnswerThatIsTooLong() async throws {
        let keys = try TestKeys()
        let callee = try await LyingCallee.start { _ in
            LyingCallee.Lie(body: [UInt8](repeating: 0x20, count: ServiceClient.maximumReplyLength + 1))
        }
        let error = await #expect(throws: ServiceCallError.self) {
            try await Self.client(keys, port: callee.port)
                .send(.get, "/x", requestID: .generate(), deadline: .seconds(10))
        }
        #expect(error?.code == .unreadable)
        await callee.stop()
    }

    @Test func endsWhenItsCallerIsCancelled() async throws {
        let (service, client, door) = try await Self.slowService()
        for isEarly in [true, false] {
            let entered = door.entered
            let call = Task {
                do {
                    _ = try await client.send(
                        .get, "/internal/v1/slow", requestID: .generate(), deadline: .seconds(20))
                    return nil as ServiceCallError.Code?
                } catch {
                    return (error as? ServiceCallError)?.code
                }
            }
            if !isEarly { #expect(try await eventually { door.entered > entered }) }
            let began = ContinuousClock.now
            call.cancel()
            #expect(await call.value == .cancelled)
            #expect(ContinuousClock.now - began < .seconds(5))
        }
        door.open()
        await service.stop()
    }

    @Test func failsAtOnceWhenNobodyListensAndOpensTheCircuit() async throws {
        let keys = try TestKeys()
        let callee = try await LyingCallee.start { _ in LyingCallee.Lie() }
        let port = callee.port
        await callee.stop()
        let client = try Self.client(keys, port: port)
        func code() async -> ServiceCallError.Code? {
            do {
                _ = try await client.send(.get, "/x", requestID: .generate(), deadline: .seconds(5))
                return nil
            } catch {
                return error.code
            }
        }
        let began = ContinuousClock.now
        for _ in 0..<5 { #expect(await code() == .unreachable) }
        #expect(await code() == .circuitOpen)
        #expect(ContinuousClock.now - began < .seconds(2))
    }

    @Test func triesAnIdempotentCallOnceMoreAndNoOtherCall() async throws {
        let keys = try TestKeys()
        // Breaks the connection of every call.
        let callee = try await LyingCallee.start { _ in throw TestFailure("closes the connection") }
        for (retry, expected) in [(ServiceCallRetry.never, 1), (.idempotent, 2)] {
            let before = callee.calls
            let client = try Self.client(keys, port: callee.port)
            let error = await #expect(throws: ServiceCallError.self) {
                try await client.send(.get, "/x", requestID: .generate(), retry: retry, deadline: .seconds(5))
            }
            #expect(error?.code == .unreachable)
            #expect(callee.calls - before == expected)
        }
        await callee.stop()
    }

    @Test func refusesTargetsThatAreNone() async throws {
        let client = try Self.client(try TestKeys(), port: 1)
        for target in [
            "", "x", "/a b", "/a\"", "/a\\", "/a\nb", "/é", "/a#b", "/" + String(repeating: "a", count: 9000),
        ] {
            let error = await #expect(throws: ServiceCallError.self, "\(target)") {
                try await client.send(.get, target, requestID: .generate(), deadline: .seconds(1))
            }
            #expect(error?.code == .invalidCall, "\(target)")
        }
    }

    @Test func callsOverAUnixSocket() async throws {
        let keys = try TestKeys()
        // Short: a socket's path holds some hundred bytes.
        let socket = "/tmp/bailiwick-\(UUIDv7.generate().text.suffix(12)).sock"
        let service = try await RunningService.start(
            keys: keys,
            internal: [
                Route(.get, "/internal/v1/ping", access: .service(callers: [.hr], user: .none)) { call in
                    .json(["ip": .string(call.clientIP)])
                }
            ], internalSocket: socket)
        let client = ServiceClient(
            keys: try keys.keys(.hr), callee: .policy, baseURL: "http+unix://\(PercentEncoding.encode(socket))",
            transport: ServiceTransport(), logger: .silent)
        let reply = try await client.send(.get, "/internal/v1/ping", requestID: .generate(), deadline: .seconds(5))
        #expect(try reply.json()["ip"]?.string == "")
        await service.stop()
        try? FileManager.default.removeItem(atPath: socket)
    }

    @Test func passesAProblemOn() async throws {
        let keys = try TestKeys()
        let service = try await RunningService.start(
            keys: keys,
            internal: [
                Route(.get, "/internal/v1/no", access: .service(callers: [.hr], user: .none)) { _ in
                    throw Problem.forbidden("no-grant", detail: "none", members: ["decision_id": "d1"])
                }
            ])
        let client = try Self.client(keys, port: service.ports.internal ?? 0)
        let problem = try await client.send(.get, "/internal/v1/no", requestID: .generate(), deadline: .seconds(5))
            .problem
        #expect(problem?.code == "no-grant")
        #expect(problem?.status == .forbidden)
        #expect(problem?.members["decision_id"]?.string == "d1")
        #expect(problem?.members["request_id"] == nil)
        await service.stop()
    }
}
