import ServiceKit
import ServiceLifecycle
import Synchronization
import Testing
import WireFormat

/// Runs services for the time of `body` and shuts them down gracefully.
func withServices<R>(_ groups: [ServiceGroup], _ body: () async throws -> R) async throws -> R {
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        for group in groups { tasks.addTask { try await group.run() } }
        let result: Result<R, any Error>
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        for group in groups { await group.triggerGracefulShutdown() }
        try? await tasks.waitForAll()
        return try result.get()
    }
}

/// The ports of a listener that is about to start.
final class AnnouncedPorts: Sendable {
    private let ports = Mutex<ListeningPorts?>(nil)

    func announce(_ ports: ListeningPorts) {
        self.ports.withLock { $0 = ports }
    }

    func wait() async throws -> (public: Int, internal: Int) {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            if let ports = ports.withLock({ $0 }), let outer = ports.public, let inner = ports.internal {
                return (outer, inner)
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw NotListening()
    }

    struct NotListening: Error {}
}
