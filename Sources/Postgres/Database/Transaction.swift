public import SQLQuery

/// An explicit transaction, valid inside the closure of `Database.transaction` only.
public struct Transaction: Sendable {
    /// Whose rows it sees.
    public let scope: any DatabaseScope
    private let connection: Connection
    private let start: TransactionStart

    init(scope: any DatabaseScope, connection: Connection, start: TransactionStart) {
        self.scope = scope
        self.connection = connection
        self.start = start
    }

    /// The tenant's scope; nil when the transaction is one over global tables.
    public var tenantScope: TenantScope? { scope as? TenantScope }

    /// Runs a statement and returns its rows.
    public func query(_ sql: SQL) async throws -> [Row] {
        try await run([Statement(sql)])[0].rows
    }

    /// Runs a statement and returns how many rows it changed.
    @discardableResult
    public func execute(_ sql: SQL) async throws -> Int {
        try await run([Statement(sql)])[0].affectedRows
    }

    /// Runs statements in one round trip; the rows of each. The first that fails is thrown, and those after it have
    /// not run.
    @discardableResult
    public func pipeline(_ statements: [SQL]) async throws -> [[Row]] {
        if statements.isEmpty { return [] }
        return try await run(statements.map(Statement.init)).map(\.rows)
    }

    private func run(_ statements: [Statement]) async throws -> [ResultSet] {
        try await withTaskCancellationHandler {
            try await connection.run(statements, in: start)
        } onCancel: {
            connection.wake()
        }
    }
}
