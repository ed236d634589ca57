import CLibPQ
import Glibc
import SQLQuery

/// A connected libpq handle and everything that blocks on it. Lives inside a `Connection` and runs on its thread only.
final class Session {
    let handle: OpaquePointer
    let wakeup: Wakeup
    var statements: StatementCache
    /// How long the client waits for an answer before it takes the connection for dead.
    let patience: Duration?
    /// The server's limit for a statement; tells the two meanings of SQLSTATE 57014 apart.
    let statementTimeout: Duration
    private let cancelHandle: OpaquePointer?
    /// Set when nothing more can come of this connection.
    private(set) var isBroken = false

    /// The oldest server whose row-level security, `security_invoker` views and pipelines are relied upon.
    private static let oldestServer: Int32 = 150_000
    /// The network and the server's own error may take this much longer than the statement's limit.
    private static let grace: Duration = .seconds(10)

    /// Connects and sets the session up; blocks up to `configuration.connectTimeout`.
    init(_ configuration: DatabaseConfiguration, wakeup: Wakeup) throws {
        let parameters = try configuration.parameters()
        handle = try Self.connect(parameters, timeout: configuration.connectTimeout)
        self.wakeup = wakeup
        statements = StatementCache(capacity: configuration.statementCacheSize)
        statementTimeout = configuration.statementTimeout
        patience = configuration.statementTimeout > .zero ? configuration.statementTimeout + Self.grace : nil
        cancelHandle = PQgetCancel(handle)
        bailiwick_drop_notices(handle)
        guard PQserverVersion(handle) >= Self.oldestServer else {
            throw PostgresError(.configuration, "the database at \(parameters.place) is older than PostgreSQL 15")
        }
        guard parameters.isLocal || PQsslInUse(handle) == 1 else {
            throw PostgresError(.configuration, "the connection to \(parameters.place) is not encrypted")
        }
        guard PQsetnonblocking(handle, 1) == 0, PQenterPipelineMode(handle) == 1 else {
            throw PostgresError(.connectionLost, "the connection to \(parameters.place) could not be set up")
        }
        let settings = configuration.settings
        try run(
            settings.map { Statement("SELECT set_config($1, $2, false)", [.text($0.name), .text($0.value)]) },
            cancellable: false)
    }

    deinit {
        PQfreeCancel(cancelHandle)
        PQfinish(handle)
    }

    /// What the connection is in the middle of.
    enum TransactionStatus { case idle, open, failed, unknown }

    var transactionStatus: TransactionStatus {
        switch PQtransactionStatus(handle) {
        case PQTRANS_IDLE: .idle
        case PQTRANS_INTRANS: .open
        case PQTRANS_INERROR: .failed
        default: .unknown
        }
    }

    /// The socket, for looking at without blocking.
    var descriptor: Int32 { PQsocket(handle) }

    /// The number by which the server knows the session.
    var serverProcess: Int32 { PQbackendPID(handle) }

    /// Marks the connection as lost and makes the error that says so.
    func lost(_ detail: String) -> PostgresError {
        isBroken = true
        return PostgresError(.connectionLost, "the database connection was lost: \(detail)")
    }

    /// Reads what the server sent while nobody was listening and tells whether the connection still stands.
    func refresh() -> Bool {
        guard !isBroken, PQconsumeInput(handle) == 1, PQstatus(handle) == CONNECTION_OK else {
            isBroken = true
            return false
        }
        _ = PQisBusy(handle)
        var byte: UInt8 = 0
        let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
        if count == 0 { isBroken = true }
        return !isBroken
    }

    // MARK: - Waiting

    /// Waits until the server has sent something, sending what is left to send meanwhile.
    ///
    /// While `cancellable`, a cancelled task has the server asked to stop, again every quarter of a second, because a
    /// request that arrives between two statements is ignored by the server.
    func awaitInput(until deadline: ContinuousClock.Instant?, cancel: inout Cancellation) throws {
        while true {
            let unsent = PQflush(handle)
            if unsent < 0 { throw lost("it cannot be written to") }
            if cancel.isDue(), let cancelHandle {
                cancel.send(cancelHandle)
            }
            var events = [
                pollfd(fd: descriptor, events: Int16(POLLIN) | (unsent > 0 ? Int16(POLLOUT) : 0), revents: 0),
                pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let ready = poll(&events, 2, Self.pollTimeout(until: deadline, cancel: cancel))
            if ready < 0, errno != EINTR { throw lost("poll failed with error \(errno)") }
            if events[1].revents != 0 { wakeup.clear() }
            if events[0].revents & ~Int16(POLLOUT) != 0 {
                guard PQconsumeInput(handle) == 1 else { throw lost("the server closed it") }
                return
            }
            if let deadline, ContinuousClock.now >= deadline { throw lost("no answer in time") }
        }
    }

    private static func pollTimeout(until deadline: ContinuousClock.Instant?, cancel: Cancellation) -> Int32 {
        var milliseconds: Int64 = -1
        if let deadline {
            let left = (deadline - ContinuousClock.now).components
            milliseconds = max(0, left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000 + 1)
        }
        if cancel.wasSent { milliseconds = milliseconds < 0 ? 250 : min(milliseconds, 250) }
        return Int32(clamping: milliseconds)
    }
}

/// The cancellation of the task on whose behalf the session works.
struct Cancellation {
    /// Whether the server may be asked to stop: not during COMMIT and ROLLBACK.
    let isAllowed: Bool
    private(set) var wasSent = false
    private var nextAttempt: ContinuousClock.Instant?

    /// How long until a request that the server may have ignored is repeated.
    private static let pause: Duration = .milliseconds(250)

    init(isAllowed: Bool) { self.isAllowed = isAllowed }

    /// Whether the task is cancelled and the server should be told (again).
    func isDue() -> Bool {
        guard isAllowed, Task.isCancelled else { return false }
        guard let nextAttempt else { return true }
        return ContinuousClock.now >= nextAttempt
    }

    /// Asks the server over a connection of its own. When it returns, the server has raised the signal.
    mutating func send(_ handle: OpaquePointer) {
        wasSent = true
        nextAttempt = .now + Self.pause
        var message = [CChar](repeating: 0, count: 256)
        _ = PQcancel(handle, &message, Int32(message.count))
    }
}
