import Glibc
import Synchronization

/// One connection to the server, an actor on a thread of its own.
actor Connection {
    private let thread: ConnectionThread
    private let wakeup: Wakeup
    private let configuration: DatabaseConfiguration
    private var session: Session?
    /// The newest transaction that has begun on the server, and the newest that is over. Numbers only grow.
    private var begun: UInt64 = 0
    private var over: UInt64 = 0
    private nonisolated let numbers = Atomic<UInt64>(0)
    /// For looking at the socket from outside the thread while the connection is at rest; -1 when there is none.
    private nonisolated let socket = Atomic<Int32>(-1)
    /// When the connection was opened.
    nonisolated let opened = ContinuousClock.now

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// A connection that is still closed.
    init(_ configuration: DatabaseConfiguration) throws {
        self.configuration = configuration
        self.wakeup = try Wakeup()
        self.thread = try ConnectionThread()
    }

    deinit { thread.stop() }

    // MARK: - From any thread

    /// Whether the connection is known to be of no more use.
    nonisolated var isBroken: Bool { socket.load(ordering: .acquiring) < 0 }

    /// Wakes the thread so that it looks whether its task has been cancelled. Harmless at any other time.
    nonisolated func wake() { wakeup.signal() }

    /// What a look at the socket of a resting connection tells.
    enum Pulse { case alive, dead, unread }

    /// Looks at the socket without blocking; only while nobody else uses the connection.
    nonisolated func pulse() -> Pulse {
        let descriptor = socket.load(ordering: .acquiring)
        guard descriptor >= 0 else { return .dead }
        var byte: UInt8 = 0
        let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
        if count > 0 { return .unread }
        if count == 0 { return .dead }
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? .alive : .dead
    }

    /// The number of a new transaction.
    nonisolated func nextTransaction() -> UInt64 { numbers.add(1, ordering: .relaxed).newValue }

    // MARK: - On the thread

    /// Connects.
    func open() throws {
        let session = try Session(configuration, wakeup: wakeup)
        self.session = session
        socket.store(session.descriptor, ordering: .releasing)
    }

    /// Reads what the server sent while the connection rested; false when it is of no more use.
    func refresh() -> Bool {
        guard let session, session.refresh() else {
            drop()
            return false
        }
        return true
    }

    /// Closes.
    func close() { drop() }

    /// Runs statements of one scope as one transaction in one round trip; the results of the statements only.
    func run(
        _ statements: [Statement], in boundary: ScopeBoundary, cancellable: Bool = true
    ) throws -> [ResultSet] {
        let session = try usable()
        defer { tidy() }
        if cancellable, Task.isCancelled { throw CancellationError() }
        var results = try session.run([.boundary(boundary)] + statements, cancellable: cancellable)
        results.removeFirst()
        return results
    }

    /// Runs statements of an explicit transaction, beginning it with the first of them.
    func run(_ statements: [Statement], in transaction: TransactionStart) throws -> [ResultSet] {
        guard transaction.number > over else {
            throw PostgresError(.transactionEnded, "the transaction is over")
        }
        let session = try usable()
        defer { if session.isBroken { drop() } }
        if Task.isCancelled { throw CancellationError() }
        if begun == transaction.number {
            guard session.transactionStatus != .idle else {
                throw PostgresError(.transactionEnded, "a statement has ended the transaction")
            }
            return try session.run(statements, cancellable: true)
        }
        begun = transaction.number
        let opening = [Statement(transaction.isolation.begin), .boundary(transaction.boundary)]
        var results = try session.run(opening + statements, cancellable: true)
        results.removeFirst(opening.count)
        return results
    }

    /// Commits; throws when the server rolled back instead.
    func commit(_ transaction: TransactionStart) throws {
        over = max(over, transaction.number)
        guard begun == transaction.number else { return }
        let session = try usable()
        defer { tidy() }
        switch session.transactionStatus {
        case .open: break
        case .failed:
            throw PostgresError(.transactionAborted, "a statement of the transaction failed, so it was rolled back")
        case .idle, .unknown: throw PostgresError(.transactionEnded, "a statement has ended the transaction")
        }
        let results = try session.run([Statement("COMMIT")], cancellable: false)
        guard results.last?.command == "COMMIT" else {
            throw PostgresError(.transactionAborted, "the server rolled the transaction back")
        }
    }

    /// Rolls back what is open. Never fails: a connection that cannot roll back is closed, and then the server does.
    func rollback(_ transaction: TransactionStart) {
        over = max(over, transaction.number)
        tidy()
    }

    /// Runs a script by the simple protocol; for migrations, which are text from our own files.
    func script(_ text: String) throws {
        try usable().script(text)
    }

    /// Runs `body` with the session, for what has no pool: migrations and `LISTEN`.
    func withSession<R: Sendable>(_ body: @Sendable (Session) throws -> R) throws -> R {
        let session = try usable()
        defer { if session.isBroken { drop() } }
        return try body(session)
    }

    private func usable() throws -> Session {
        guard let session else { throw PostgresError(.connectionLost, "the database connection is closed") }
        return session
    }

    /// Leaves the connection as the pool keeps it: outside a transaction, or closed.
    private func tidy() {
        guard let session else { return }
        if !session.isBroken, session.transactionStatus != .idle {
            _ = try? session.run([Statement("ROLLBACK")], cancellable: false)
        }
        if session.isBroken || session.transactionStatus != .idle { drop() }
    }

    private func drop() {
        socket.store(-1, ordering: .releasing)
        session = nil
    }
}

/// What begins an explicit transaction.
struct TransactionStart: Sendable {
    let number: UInt64
    let boundary: ScopeBoundary
    let isolation: Isolation
}

/// How much of other transactions a transaction sees.
public enum Isolation: Sendable {
    /// Each statement sees what was committed before it.
    case readCommitted
    /// All statements see one snapshot; a conflicting change fails with `serializationFailure`.
    case repeatableRead
    /// As if transactions ran one after the other, or fail with `serializationFailure`.
    case serializable

    var begin: String {
        switch self {
        case .readCommitted: "BEGIN ISOLATION LEVEL READ COMMITTED"
        case .repeatableRead: "BEGIN ISOLATION LEVEL REPEATABLE READ"
        case .serializable: "BEGIN ISOLATION LEVEL SERIALIZABLE"
        }
    }
}
