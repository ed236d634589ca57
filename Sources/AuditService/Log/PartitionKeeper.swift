import Logging
import Postgres
import ServiceLifecycle

/// Sees to it that the partitions of the coming months are there long before they are needed.
struct PartitionKeeper: Service {
    /// Partitions are made two months ahead, so a look a few times a day is ample.
    static let interval = Duration.seconds(6 * 3600)
    /// After a failed look, sooner.
    static let retry = Duration.seconds(60)

    let database: Database
    let scope: SystemScope
    let logger: Logger

    /// Looks at the start and at every interval, until the process shuts down.
    func run() async throws {
        while !Task.isCancelled && !Task.isShuttingDownGracefully {
            var pause = Self.interval
            do {
                let rows = try await database.query(scope, LogStore.makePartitions)
                let made = try rows.first?.get("made", as: Int.self) ?? 0
                if made > 0 { logger.info("made partitions of the audit log", metadata: ["count": "\(made)"]) }
            } catch {
                pause = Self.retry
                logger.warning("partitions of the audit log could not be made", metadata: ["error": "\(error)"])
            }
            let length = pause
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: length) }
        }
    }
}
