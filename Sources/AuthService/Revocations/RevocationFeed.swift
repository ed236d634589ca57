import IdentityClient
import Logging
import Postgres
import ServiceLifecycle
import Synchronization
import WireFormat

/// The revocation feed: answers at once when there is news, else as soon as some commits, else when the wait is over.
final class RevocationFeed: Service {
    /// The longest wait of one poll; a reader's copy is not believed after ten seconds (contract §7).
    static let longestWait: Duration = .seconds(20)
    /// What `NOTIFY` in migration 0005 says.
    static let channel = ChannelName("auth_revocation")
    /// Without a listening connection waiters look for themselves this often: within the second that a revocation has.
    static let blindInterval: Duration = .milliseconds(250)

    private let store: RevocationStore
    private let look: @Sendable (Int64) async throws -> RevocationPage
    private let logger: Logger
    private let waiters = Mutex<Waiters>(Waiters())

    private struct Waiters {
        var next = 0
        var streams: [Int: AsyncStream<Void>.Continuation] = [:]
        var isListening = false
        var isStopped = false
    }

    /// A feed over `store`; ``run()`` wakes its waiters.
    ///
    /// - Parameter look: how the store is asked for what follows a position; a test counts.
    init(
        store: RevocationStore, logger: Logger, look: (@Sendable (Int64) async throws -> RevocationPage)? = nil
    ) {
        self.store = store
        self.look = look ?? { try await store.page(after: $0) }
        self.logger = logger
    }

    /// What follows `position`.
    func page(after position: Int64, wait: Duration) async throws -> RevocationPage {
        let deadline = ContinuousClock.now + min(wait, Self.longestWait)
        while true {
            // Before the look, so that what commits between it and the wait still wakes it; and for each round anew, since
            // a stream whose iteration was cancelled has ended and would wake every later round at once.
            let (id, news) = subscribe()
            defer { unsubscribe(id) }
            let page = try await look(position)
            guard page.notices.isEmpty, !page.more, .now < deadline else { return page }
            let (isListening, isStopped) = waiters.withLock { ($0.isListening, $0.isStopped) }
            guard !isStopped else { return page }
            await Self.pause(until: isListening ? deadline : min(deadline, .now + Self.blindInterval), or: news)
            try Task.checkCancellation()
        }
    }

    /// Listens until the process shuts down; then answers every waiter at once.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            guard let channel = Self.channel else { return }
            while !Task.isCancelled {
                do {
                    for try await notification in self.store.database.notifications(on: channel) {
                        if notification == .listening { self.setListening(true) } else { self.wake() }
                    }
                } catch {
                    self.logger.warning("revocations are polled for: nobody listens", metadata: ["error": "\(error)"])
                }
                self.setListening(false)
                try? await Task.sleep(for: Self.blindInterval)
            }
        }
        let streams = waiters.withLock { waiters in
            waiters.isStopped = true
            return Array(waiters.streams.values)
        }
        for stream in streams { stream.finish() }
    }

    private func setListening(_ isListening: Bool) {
        waiters.withLock { $0.isListening = isListening }
        wake()
    }

    private func wake() {
        for stream in waiters.withLock({ Array($0.streams.values) }) { stream.yield() }
    }

    private func subscribe() -> (Int, AsyncStream<Void>) {
        // One token is enough: a waiter that wakes looks at everything.
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = waiters.withLock { waiters in
            waiters.next += 1
            waiters.streams[waiters.next] = continuation
            return waiters.next
        }
        return (id, stream)
    }

    private func unsubscribe(_ id: Int) {
        waiters.withLock { $0.streams.removeValue(forKey: id) }?.finish()
    }

    private static func pause(until deadline: ContinuousClock.Instant, or news: AsyncStream<Void>) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in news { return } }
            group.addTask { try? await Task.sleep(until: deadline, clock: .continuous) }
            await group.next()
            group.cancelAll()
        }
    }
}
