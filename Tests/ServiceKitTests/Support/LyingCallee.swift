import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization
import WireFormat

@testable import ServiceKit

/// A server that answers internal calls with whatever it is told to.
final class LyingCallee: Sendable {
    /// What to answer, given the identifier of the request's token.
    struct Lie: Sendable {
        var status = 200
        var headers: HTTPFields = [.contentType: "application/json"]
        var body = Array(#"{"truth":true}"#.utf8)
        var token: String?
    }

    let port: Int
    private let group: ServiceGroup
    private let task: Task<Void, any Error>
    private let count: Counter

    final class Counter: Sendable {
        let calls = Mutex(0)
    }

    /// How many requests came.
    var calls: Int { count.calls.withLock { $0 } }

    static func start(_ lie: @escaping @Sendable (_ requestIdentifier: String) throws -> Lie) async throws
        -> LyingCallee
    {
        let (announced, announce) = AsyncStream.makeStream(of: Int.self)
        let count = Counter()
        let server = try HTTPServerBuilder.http1().buildServer(
            configuration: ServerConfiguration(address: .hostname("127.0.0.1", port: 0)),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: .silent,
            responder: { request, writer, _ in
                count.calls.withLock { $0 += 1 }
                let parts = (request.headers[.serviceToken] ?? "").split(separator: ".")
                let claims = parts.count == 3 ? try? JSONValue.parse(Base64URL.decode(parts[1]) ?? []) : nil
                let told = try lie(claims?["jti"]?.string ?? "")
                var response = HTTPResponse(status: .init(code: told.status), headerFields: told.headers)
                response.headerFields[.contentLength] = String(told.body.count)
                if let token = told.token { response.headerFields[.serviceToken] = token }
                try await writer.write(
                    response: response, body: ResponseBody(byteBuffer: ByteBuffer(bytes: told.body)))
            },
            onServerRunning: { channel in
                announce.yield(channel.localAddress?.port ?? 0)
                announce.finish()
            })
        let group = ServiceGroup(configuration: .init(services: [server], logger: .silent))
        let task = Task { try await group.run() }
        for await port in announced { return LyingCallee(port: port, group: group, task: task, count: count) }
        throw TestFailure("the callee ended before it listened")
    }

    private init(port: Int, group: ServiceGroup, task: Task<Void, any Error>, count: Counter) {
        self.port = port
        self.group = group
        self.task = task
        self.count = count
    }

    func stop() async {
        await group.triggerGracefulShutdown()
        _ = try? await task.value
    }
}
