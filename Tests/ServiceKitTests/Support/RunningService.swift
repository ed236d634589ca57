import AsyncHTTPClient
import Foundation
import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import WireFormat

@testable import ServiceKit

/// A service on free loopback ports, stopped by ``stop()``.
final class RunningService: Sendable {
    let ports: ListeningPorts
    let runtime: ServiceRuntime
    private let group: ServiceGroup
    private let task: Task<Void, any Error>

    /// Starts the service and waits until it listens.
    static func start(
        _ name: ServiceName = .policy, keys: TestKeys, public publicRoutes: [Route] = [],
        internal internalRoutes: [Route] = [], verifier: (any AccessTokenVerifier)? = nil,
        readiness: [ReadinessCheck] = [], openAPI: OpenAPIDocument? = nil, limits: ServerLimits = .standard,
        tls: TLSFiles? = nil, internalSocket: String? = nil, metrics: MetricsRegistry = MetricsRegistry(),
        logger: Logger = .silent
    ) async throws -> RunningService {
        let (announced, announce) = AsyncStream.makeStream(of: ListeningPorts.self)
        let listener = try ListenerConfiguration(address: .tcp(host: "127.0.0.1", port: 0), tls: tls)
        let runtime = try ServiceRuntime(
            name: name, publicListener: listener,
            internalListener: try internalSocket.map { try ListenerConfiguration(address: .unix(path: $0)) }
                ?? listener,
            publicRoutes: publicRoutes,
            internalRoutes: internalRoutes, keys: try keys.keys(name), verifier: verifier, readiness: readiness,
            openAPI: openAPI, limits: limits, metrics: metrics, logger: logger,
            onListening: { ports in
                announce.yield(ports)
                announce.finish()
            })
        let group = runtime.serviceGroup()
        let task = Task {
            defer { announce.finish() }
            try await group.run()
        }
        for await ports in announced {
            return RunningService(ports: ports, runtime: runtime, group: group, task: task)
        }
        try await task.value
        throw TestFailure("the service ended before it listened")
    }

    private init(ports: ListeningPorts, runtime: ServiceRuntime, group: ServiceGroup, task: Task<Void, any Error>) {
        self.ports = ports
        self.runtime = runtime
        self.group = group
        self.task = task
    }

    var publicURL: String { "http://127.0.0.1:\(ports.public ?? 0)" }
    var internalURL: String { "http://127.0.0.1:\(ports.internal ?? 0)" }

    func beginStop() async { await group.triggerGracefulShutdown() }

    func stop() async {
        await group.triggerGracefulShutdown()
        _ = try? await task.value
    }
}

struct TestFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// What a plain HTTP client got.
struct PlainReply: Sendable {
    let status: Int
    let headers: [String: String]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSONValue? { try? JSONValue.parse(body) }
    /// The problem's short name.
    var code: String? {
        json?["type"]?.string.map { String($0.dropFirst("urn:bailiwick:problem:".count)) }
    }
    var pointers: [String] { (json?["errors"]?.array ?? []).compactMap { $0["pointer"]?.string } }
}

/// A client that knows nothing of service tokens.
func plain(
    _ method: String, _ url: String, headers: [(String, String)] = [], body: [UInt8]? = nil,
    timeout: TimeAmount = .seconds(10)
) async throws -> PlainReply {
    var request = HTTPClientRequest(url: url)
    request.method = .RAW(value: method)
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
    let response = try await HTTPClient.shared.execute(request, timeout: timeout)
    let collected = try await response.body.collect(upTo: 8 << 20)
    var fields: [String: String] = [:]
    for (name, value) in response.headers { fields[name.lowercased()] = value }
    return PlainReply(status: Int(response.status.code), headers: fields, body: Array(collected.readableBytesView))
}

/// Waits for a condition; gives up after some seconds.
func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(10)
    while try await !condition() {
        guard .now < deadline else { throw TestFailure("gave up waiting until \(what)") }
        await Task.yield()
        try await Task.sleep(for: .milliseconds(5))
    }
}
