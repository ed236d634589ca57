public import Logging
import SQLQuery

/// Brings schemas up to date: forward only, in the order of the numbers, each migration in a transaction, one runner at
/// a time. Connects as the migration role.
public struct MigrationRunner: Sendable {
    private let configuration: DatabaseConfiguration
    private let sets: [MigrationSet]
    private let logger: Logger

    /// `sets` run in the order given.
    public init(_ configuration: DatabaseConfiguration, sets: [MigrationSet], logger: Logger) {
        var configuration = configuration
        // A migration takes as long as it takes; waiting for a lock behind long readers would stall everybody else.
        configuration.statementTimeout = .zero
        configuration.idleInTransactionTimeout = .seconds(60)
        configuration.lockTimeout = .seconds(30)
        self.configuration = configuration
        self.sets = sets
        self.logger = logger
    }

    /// What `run` would apply, after checking the files and what was applied before. Changes nothing.
    public func plan() async throws -> [MigrationStep] {
        let sets = try loaded()
        return try await withSession { session in
            try MigrationLedger(session: session).pending(sets).map(\.step)
        }
    }

    /// Applies what is pending and returns it. A destructive migration is applied only when its name is in
    /// `allowDestructive`; otherwise nothing at all is. With `dryRun` everything runs in one transaction that is rolled
    /// back, so that errors show.
    @discardableResult
    public func run(dryRun: Bool = false, allowDestructive: Set<String> = []) async throws -> [MigrationStep] {
        let sets = try loaded()
        let applied = try await withSession { session in
            let ledger = MigrationLedger(session: session)
            try ledger.lock()
            let pending = try ledger.pending(sets)
            for file in pending {
                guard let name = file.destructive, !allowDestructive.contains(name) else { continue }
                throw MigrationError(
                    .destructiveNotAllowed, "destroys; run it with --allow-destructive \(name)", file: file.path,
                    line: 1)
            }
            try dryRun ? ledger.rehearse(pending) : ledger.apply(pending)
            return pending.map(\.step)
        }
        if !dryRun { for step in applied { logger.info("migrated", metadata: ["migration": "\(step)"]) } }
        return applied
    }

    private func loaded() throws -> [(MigrationSet, [MigrationFile])] {
        try sets.map { ($0, try MigrationFile.load($0)) }
    }

    private func withSession<R: Sendable>(_ body: @Sendable (Session) throws -> R) async throws -> R {
        let connection = try Connection(configuration)
        try await connection.open()
        let result = try await connection.withSession(body)
        await connection.close()
        return result
    }
}
