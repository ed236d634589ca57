public import Logging
public import SQLQuery
public import ServiceLifecycle

/// A PostgreSQL database behind a pool of connections. Every statement needs a scope.
///
/// Connections are opened when they are needed and live on threads of their own. A task that is cancelled has its
/// statement cancelled on the server.
public final class Database: Service, Sendable {
    let configuration: DatabaseConfiguration
    let logger: Logger
    private let pool: ConnectionPool
    private let gathered: GatheredStatements

    /// Connects to nothing yet.
    ///
    /// - Parameter executor: on which gathered statements are sent and their callers answered; that of the callers
    ///   spares a change of threads. Swift's own when nil.
    public init(_ configuration: DatabaseConfiguration, logger: Logger, executor: (any TaskExecutor)? = nil) {
        self.configuration = configuration
        self.logger = logger
        let pool = ConnectionPool(configuration, logger: logger)
        self.pool = pool
        gathered = GatheredStatements(pool: pool, executor: executor)
    }

    /// Connects once, so that a wrong password or a missing database ends the start with a clear line; then keeps the
    /// pool open until the graceful shutdown. A server that is only unreachable is waited for by those who query.
    public func run() async throws {
        do { try await ping() } catch let error as PostgresError where error.isUnavailability {
            logger.warning("the database is not reachable yet", metadata: ["error": "\(error)"])
        }
        try? await gracefulShutdown()
        await close()
    }

    /// Refuses new statements and closes connections as they come back. `run` does it; only programs without a
    /// service group call it.
    public func close() async { await pool.close() }

    /// Asks the server for an empty answer.
    public func ping() async throws {
        _ = try await run([Statement("SELECT 1")], in: ScopeBoundary(tenantSetting: ""))
    }

    /// Runs one statement as a transaction of its own, in one round trip, and returns its rows.
    public func query(_ scope: some DatabaseScope, _ sql: SQL) async throws -> [Row] {
        try await run([Statement(sql)], in: scope.boundary)[0].rows
    }

    /// Runs one statement as a transaction of its own, in one round trip, and returns how many rows it changed.
    @discardableResult
    public func execute(_ scope: some DatabaseScope, _ sql: SQL) async throws -> Int {
        try await run([Statement(sql)], in: scope.boundary)[0].affectedRows
    }

    /// Runs one statement and returns its rows, in a transaction that it may share with statements of the same scope
    /// that others run just now: under load they share its commit. It has committed when this returns.
    ///
    /// For statements that do not depend on each other, such as a read with its audit event. One that fails takes no
    /// other with it: then each runs once more, alone. It cannot be cancelled; `statementTimeout` ends it.
    public func queryGathered(_ scope: some DatabaseScope, _ sql: SQL) async throws -> [Row] {
        try await gathered.run(Statement(sql), in: scope.boundary).rows
    }

    /// Runs several statements as one transaction in one round trip; the rows of each. If one fails, none has effect.
    @discardableResult
    public func pipeline(_ scope: some DatabaseScope, _ statements: [SQL]) async throws -> [[Row]] {
        if statements.isEmpty { return [] }
        return try await run(statements.map(Statement.init), in: scope.boundary).map(\.rows)
    }

    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws or the task is cancelled.
    ///
    /// `body` runs once. When a statement of it failed and `body` returned all the same, nothing is committed and
    /// `transactionAborted` is thrown. When the connection breaks during the commit, `connectionLost` is thrown and the
    /// outcome is not known.
    nonisolated(nonsending) public func transaction<S: DatabaseScope, R: Sendable>(
        _ scope: S, isolation: Isolation = .readCommitted,
        _ body: nonisolated(nonsending) (Transaction) async throws -> R
    ) async throws -> R {
        let connection = try await pool.acquire()
        defer { pool.release(connection) }
        let start = TransactionStart(
            number: connection.nextTransaction(), boundary: scope.boundary, isolation: isolation)
        do {
            let result = try await body(Transaction(scope: scope, connection: connection, start: start))
            try Task.checkCancellation()
            try await connection.commit(start)
            return result
        } catch {
            await connection.rollback(start)
            throw error
        }
    }

    /// How many connections are in use, rest, and how many tasks wait for one.
    public var poolUsage: (inUse: Int, resting: Int, waiting: Int) { pool.usage }

    private func run(_ statements: [Statement], in boundary: ScopeBoundary) async throws -> [ResultSet] {
        let connection = try await pool.acquire()
        defer { pool.release(connection) }
        return try await withTaskCancellationHandler {
            try await connection.run(statements, in: boundary)
        } onCancel: {
            connection.wake()
        }
    }
}

extension Database {
    /// Runs a script by the simple protocol, outside every scope. For tests that tamper as the superuser.
    @_spi(Tampering) public static func script(_ text: String, _ configuration: DatabaseConfiguration) async throws {
        let connection = try Connection(configuration)
        try await connection.open()
        try await connection.script(text)
        await connection.close()
    }
}
