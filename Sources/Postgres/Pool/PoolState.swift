/// Who has which connection and who waits: decisions only, no I/O and no clock.
struct PoolState<Connection, Waiter> {
    /// What somebody who wants a connection is to do.
    enum Acquisition {
        /// Use this resting connection.
        case use(Connection)
        /// Open a new one; its place is taken already.
        case open
        /// Opening failed a moment ago: try again then.
        case backOff(until: ContinuousClock.Instant)
        /// Wait in the queue.
        case wait
        /// The queue is full.
        case refuseFull
        /// The pool is closed.
        case refuseClosed
    }

    private let size: Int
    private let waitLimit: Int
    /// Resting connections; the last one used is taken first, so that its caches are warm.
    private(set) var resting: [Connection] = []
    /// Connections in use and connections being opened.
    private(set) var inUse = 0
    private var waiters: [(id: UInt64, waiter: Waiter)] = []
    /// Those who sleep until the next attempt to connect count against the limit too.
    private var sleeping = 0
    private var failures = 0
    private var nextAttempt: ContinuousClock.Instant?
    private(set) var isClosed = false

    init(size: Int, waitLimit: Int) {
        self.size = max(size, 1)
        self.waitLimit = waitLimit
    }

    /// How many wait.
    var waiting: Int { waiters.count + sleeping }

    mutating func acquire(at now: ContinuousClock.Instant) -> Acquisition {
        if isClosed { return .refuseClosed }
        if let connection = resting.popLast() {
            inUse += 1
            return .use(connection)
        }
        guard inUse < size else { return waiting < waitLimit ? .wait : .refuseFull }
        if let nextAttempt, now < nextAttempt {
            return waiting < waitLimit ? .backOff(until: nextAttempt) : .refuseFull
        }
        inUse += 1
        return .open
    }

    mutating func enqueue(_ waiter: Waiter, id: UInt64) { waiters.append((id, waiter)) }

    /// Takes a waiter out of the queue; nil when it was served already.
    mutating func removeWaiter(_ id: UInt64) -> Waiter? {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return nil }
        return waiters.remove(at: index).waiter
    }

    mutating func startSleeping() { sleeping += 1 }
    mutating func stopSleeping() { sleeping -= 1 }

    /// Gives a connection back. The waiter to hand it to, or nil when it rests now.
    mutating func release(_ connection: Connection) -> (waiter: Waiter?, keep: Bool) {
        if isClosed {
            inUse -= 1
            return (nil, false)
        }
        guard waiters.isEmpty else { return (waiters.removeFirst().waiter, true) }
        inUse -= 1
        resting.append(connection)
        return (nil, true)
    }

    /// A connection in use is gone. The waiter who is to try again in its place, if anybody waits.
    mutating func discard() -> Waiter? {
        inUse -= 1
        return waiters.isEmpty ? nil : waiters.removeFirst().waiter
    }

    /// Gives up the place that `open` took, without having tried.
    mutating func giveUpPlace() { inUse -= 1 }

    /// A new connection stands.
    mutating func opened() {
        failures = 0
        nextAttempt = nil
    }

    /// A new connection could not be made. Returns the waiter who is to try again.
    mutating func openingFailed(at now: ContinuousClock.Instant, jitter: Double) -> Waiter? {
        failures += 1
        nextAttempt = now + Self.pause(afterFailures: failures) * (0.75 + 0.5 * jitter)
        return discard()
    }

    /// 50 ms, doubled with every failure, at most 5 s: a restart of the server is bridged, an outage is not hammered.
    static func pause(afterFailures failures: Int) -> Duration {
        min(.milliseconds(50) * (1 << min(max(failures - 1, 0), 10)), .seconds(5))
    }

    /// Closes the pool: the resting connections to close and the waiters to refuse.
    mutating func close() -> (connections: [Connection], waiters: [Waiter]) {
        isClosed = true
        defer {
            resting = []
            waiters = []
        }
        return (resting, waiters.map(\.waiter))
    }
}
