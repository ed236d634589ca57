import AuditCore
import Logging
import Postgres

/// The log and what keeps it: one of each for a process.
struct Log: Sendable {
    let database: Database
    let appender: LogAppender
    let journal: Journal
    let sealer: CheckpointSealer
    let partitions: PartitionKeeper

    /// Connects the parts.
    init(database: Database, scope: SystemScope, key: CheckpointKey, logger: Logger) {
        let grown = GrownLogs()
        self.database = database
        appender = LogAppender(database: database, grown: grown)
        journal = Journal(appender: appender)
        sealer = CheckpointSealer(database: database, scope: scope, grown: grown, key: key, logger: logger)
        partitions = PartitionKeeper(database: database, scope: scope, logger: logger)
    }
}
