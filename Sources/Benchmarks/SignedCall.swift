import ArgumentParser
import Foundation
import Logging
import ServiceKit
import ServiceLifecycle
import WireFormat

/// The CPU of one signed internal call: caller and callee in one process, over a real connection.
struct SignedCall: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signed-call", abstract: "Print the CPU microseconds of one signed call, both sides together.")

    /// Calls to measure.
    @Option var count = 4000
    /// Calls under way at once.
    @Option var concurrency = 8
    /// Calls before measuring.
    @Option var warmUp = 500

    func run() async throws {
        let pair = try KeyPairFiles()
        defer { pair.remove() }
        let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        let body: JSONValue = [
            "subject": ["type": "member"], "action": ["name": "employee.view"], "resource": ["type": "employee"],
        ]
        let route = Route(
            .post, "/v1/plan", access: .service(callers: [.hr], user: .none), body: .json
        ) { call in
            Reply.json(["version": 1, "asked": try JSONValue.parse(call.body)])
        }
        let transport = ServiceTransport()
        let loopback = try ListenerConfiguration(address: .tcp(host: "127.0.0.1", port: 0))
        let ports = AsyncStream.makeStream(of: ListeningPorts.self)
        let runtime = try ServiceRuntime(
            name: .policy, publicListener: loopback, internalListener: loopback, publicRoutes: [],
            internalRoutes: [route], keys: try pair.keys(of: .policy, logger), verifier: nil, logger: logger
        ) { listening in
            ports.continuation.yield(listening)
        }
        let server = Task { try await runtime.serviceGroup().run() }
        var iterator = ports.stream.makeAsyncIterator()
        guard let listening = await iterator.next() else { throw ExitCode.failure }
        let client = ServiceClient(
            keys: try pair.keys(of: .hr, logger), callee: .policy,
            baseURL: "http://127.0.0.1:\(listening.internal ?? 0)", transport: transport, logger: logger)
        @Sendable func call() async throws {
            let reply = try await client.send(
                .post, "/v1/plan", body: body, requestID: .generate(), deadline: .seconds(5))
            guard reply.isSuccess else { throw ExitCode.failure }
        }
        for _ in 0..<warmUp { try await call() }
        let before = Self.processorTime()
        // A few at a time, as in a server with work to do: alone, each call would also pay for waking idle threads.
        let share = count / concurrency
        // On the executor on which handlers run, who make such calls.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<concurrency {
                group.addTask(executorPreference: EventLoopExecutor.shared) {
                    for _ in 0..<share { try await call() }
                }
            }
            try await group.waitForAll()
        }
        print((Self.processorTime() - before) / Double(count) * 1e6)
        server.cancel()
    }

    /// User and system time of this process in seconds.
    static func processorTime() -> Double {
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}

/// Key files of two services in a directory that is removed afterwards.
private struct KeyPairFiles {
    private let directory = FileManager.default.temporaryDirectory.path + "/bw-bench-keys-\(getpid())"

    init() throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let keys = [ServiceName.hr, .policy].map(ServiceKeyFiles.generate)
        for key in keys { try write(key.keyFile.reveal(), "\(key.service).json") }
        try write(ServiceKeyFiles.registry(of: keys), "registry.json")
    }

    func keys(of service: ServiceName, _ logger: Logger) throws -> ServiceKeys {
        try ServiceKeys(
            service: service, keyFile: "\(directory)/\(service).json", registryFile: "\(directory)/registry.json",
            logger: logger)
    }

    func remove() { try? FileManager.default.removeItem(atPath: directory) }

    private func write(_ content: [UInt8], _ name: String) throws {
        let path = "\(directory)/\(name)"
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data(content), attributes: [.posixPermissions: 0o600])
        else { throw ExitCode.failure }
    }
}
