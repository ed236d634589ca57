import Gathering

/// Statements of one scope that arrive together run as one transaction: one boundary, one commit, one round trip.
struct GatheredStatements: Sendable {
    /// Of one tenant: as many as keep two cores busy while others are on the wire; each more makes smaller groups.
    private static let transactionsAtOnce = 4
    /// Some milliseconds of a connection; nobody waits for longer company than that.
    private static let statementsInTransaction = 16
    /// Beyond the requests that a service works on at once.
    private static let mostWaiting = 4096

    private typealias Outcome = Result<ResultSet, any Error>

    private let gatherer: Gatherer<ScopeBoundary, Statement, Result<ResultSet, any Error>>

    init(pool: ConnectionPool, executor: (any TaskExecutor)?) {
        gatherer = Gatherer(
            limits: .init(
                groupsAtOnce: Self.transactionsAtOnce, itemsInGroup: Self.statementsInTransaction,
                waiting: Self.mostWaiting),
            executor: executor
        ) { boundary, statements in await Self.run(statements, in: boundary, pool) }
    }

    /// The result of a statement, committed.
    func run(_ statement: Statement, in boundary: ScopeBoundary) async throws -> ResultSet {
        guard let outcome = await gatherer.submit(statement, for: boundary) else {
            throw PostgresError(.poolExhausted, "no database connection: too many statements wait")
        }
        return try outcome.get()
    }

    private static func run(
        _ statements: [Statement], in boundary: ScopeBoundary, _ pool: ConnectionPool
    ) async -> [Outcome] {
        do {
            return try await together(statements, in: boundary, pool).map { .success($0) }
        } catch {
            guard statements.count > 1, isOfOneStatement(error) else {
                return Array(repeating: .failure(error), count: statements.count)
            }
        }
        var outcomes: [Outcome] = []
        for statement in statements {
            do {
                outcomes.append(.success(try await together([statement], in: boundary, pool)[0]))
            } catch {
                outcomes.append(.failure(error))
            }
        }
        return outcomes
    }

    /// Whether one of the statements was wrong, so that the others may succeed without it.
    ///
    /// INVARIANT: such an error undid the whole transaction, so nothing happens twice. When the connection was lost the
    /// commit's fate is unknown, and what ran into the time limit would do so again, one after the other: neither is
    /// repeated.
    private static func isOfOneStatement(_ error: any Error) -> Bool {
        guard let error = error as? PostgresError, error.sqlState != nil, !error.isUnavailability else { return false }
        return ![.statementTimeout, .canceled, .idleTransactionTimeout].contains(error.code)
    }

    private static func together(
        _ statements: [Statement], in boundary: ScopeBoundary, _ pool: ConnectionPool
    ) async throws -> [ResultSet] {
        let connection = try await pool.acquire()
        defer { pool.release(connection) }
        return try await connection.run(statements, in: boundary, cancellable: false)
    }
}
