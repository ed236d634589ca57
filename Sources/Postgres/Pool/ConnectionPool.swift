import Logging
import Synchronization

/// Lends connections, opens them on demand, replaces those that died and bounds who waits.
final class ConnectionPool: Sendable {
    private typealias State = PoolState<Connection, CheckedContinuation<Turn, Never>>

    /// What ends a wait.
    private enum Turn {
        case connection(Connection)
        case tryAgain
        case failed(any Error)
    }

    private let configuration: DatabaseConfiguration
    private let logger: Logger
    private let metrics: PoolMetrics
    private let state: Mutex<State>
    private let waiterNumbers = Atomic<UInt64>(0)

    init(_ configuration: DatabaseConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        metrics = PoolMetrics(pool: configuration.applicationName)
        state = Mutex(State(size: configuration.poolSize, waitLimit: configuration.waitLimit))
    }

    /// A connection for the caller alone, until `release`.
    func acquire() async throws -> Connection {
        let deadline = ContinuousClock.now + configuration.acquireTimeout
        var lastFailure: (any Error)?
        while true {
            switch state.withLock({ $0.acquire(at: .now) }) {
            case .use(let connection):
                if let usable = await examine(connection) { return usable }
            case .open:
                do { return try await open() } catch let error as PostgresError where error.code == .unavailable {
                    lastFailure = error
                    if ContinuousClock.now >= deadline { throw error }
                }
            case .backOff(let until):
                guard until < deadline else { throw lastFailure ?? Self.backingOff }
                try await sleep(until: until)
            case .wait:
                switch await wait(until: deadline) {
                case .connection(let connection):
                    if Task.isCancelled {
                        release(connection)
                        throw CancellationError()
                    }
                    if let usable = await examine(connection) { return usable }
                case .tryAgain: try Task.checkCancellation()
                case .failed(let error): throw error
                }
            case .refuseFull: throw refuse("all connections are in use and the queue is full")
            case .refuseClosed: throw Self.closed
            }
        }
    }

    /// Gives a connection back; it must be outside a transaction.
    func release(_ connection: Connection) {
        guard !connection.isBroken, ContinuousClock.now - connection.opened < configuration.maximumConnectionAge else {
            return discard(connection)
        }
        let (waiter, keep) = state.withLock { $0.release(connection) }
        waiter?.resume(returning: .connection(connection))
        if !keep { Task { await connection.close() } }
        report()
    }

    /// Takes a connection that is of no more use out of the pool.
    func discard(_ connection: Connection) {
        state.withLock { $0.discard() }?.resume(returning: .tryAgain)
        report()
        // Not awaited: nobody depends on the end of a connection, and its last reference closes it too.
        Task { await connection.close() }
    }

    /// Refuses everybody from now on and closes what rests; a connection in use is closed when it comes back.
    func close() async {
        let (connections, waiters) = state.withLock { $0.close() }
        for waiter in waiters { waiter.resume(returning: .failed(Self.closed)) }
        for connection in connections { await connection.close() }
        report()
    }

    /// How many connections are in use, rest, and how many tasks wait.
    var usage: (inUse: Int, resting: Int, waiting: Int) {
        state.withLock { ($0.inUse, $0.resting.count, $0.waiting) }
    }

    // MARK: - Steps of acquiring

    /// The connection when it still stands; otherwise it is taken out of the pool.
    private func examine(_ connection: Connection) async -> Connection? {
        let usable: Bool =
            switch connection.pulse() {
            case .alive: true
            case .dead: false
            case .unread: await connection.refresh()
            }
        guard usable else {
            metrics.lost()
            discard(connection)
            return nil
        }
        report()
        return connection
    }

    private func open() async throws -> Connection {
        do {
            let connection = try Connection(configuration)
            try await connection.open()
            state.withLock { $0.opened() }
            metrics.opened()
            report()
            return connection
        } catch {
            let jitter = Double.random(in: 0...1)
            state.withLock { $0.openingFailed(at: .now, jitter: jitter) }?.resume(returning: .tryAgain)
            // A wrong password or a missing database ends the start, and whoever ends it says why.
            if (error as? PostgresError)?.isUnavailability == true {
                logger.warning("no database connection", metadata: ["error": "\(error)"])
            }
            throw error
        }
    }

    private func sleep(until: ContinuousClock.Instant) async throws {
        state.withLock { $0.startSleeping() }
        defer { state.withLock { $0.stopSleeping() } }
        try await Task.sleep(until: until, clock: .continuous)
    }

    private func wait(until deadline: ContinuousClock.Instant) async -> Turn {
        let started = ContinuousClock.now
        defer { metrics.waited(ContinuousClock.now - started) }
        let id = waiterNumbers.add(1, ordering: .relaxed).newValue
        let timer = Task {
            try await Task.sleep(until: deadline, clock: .continuous)
            finish(id, .failed(refuse("no connection became free in time")))
        }
        defer { timer.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // Somebody may have given a connection back since the decision to wait.
                let turn: Turn? = state.withLock { state in
                    switch state.acquire(at: .now) {
                    case .use(let connection): return .connection(connection)
                    case .wait:
                        state.enqueue(continuation, id: id)
                        return nil
                    case .open:
                        state.giveUpPlace()
                        return .tryAgain
                    case .backOff, .refuseFull, .refuseClosed: return .tryAgain
                    }
                }
                if let turn { continuation.resume(returning: turn) }
                if Task.isCancelled { finish(id, .failed(CancellationError())) }
                report()
            }
        } onCancel: {
            finish(id, .failed(CancellationError()))
        }
    }

    private func finish(_ id: UInt64, _ turn: Turn) {
        state.withLock { $0.removeWaiter(id) }?.resume(returning: turn)
    }

    private func refuse(_ reason: String) -> PostgresError {
        metrics.refused()
        return PostgresError(.poolExhausted, "no database connection: \(reason)")
    }

    private func report() {
        let usage = usage
        metrics.report(inUse: usage.inUse, resting: usage.resting, waiting: usage.waiting)
    }

    private static let closed = PostgresError(.poolClosed, "the database pool is closed")
    private static let backingOff = PostgresError(
        .unavailable, "no database connection: the last attempt failed a moment ago")
}
