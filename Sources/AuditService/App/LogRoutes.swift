import PolicyClient
import ServiceKit

/// All routes of the service, beside those that ServiceKit adds.
struct LogRoutes: Sendable {
    /// For people of an organisation.
    let `public`: [Route]
    /// For the other services and the operator.
    let `internal`: [Route]

    /// Connects the routes with what they call.
    init(log: Log, policy: PolicyClient, cursors: CursorCodec) {
        let access = TrailAccess(policy: policy, journal: log.journal)
        let events = EventRoutes(
            reader: TrailReader(database: log.database, journal: log.journal), access: access, cursors: cursors)
        let proofs = ProofRoutes(
            proofs: ProofQueries(database: log.database, sealer: log.sealer), access: access)
        let ingest = IngestRoutes(ingest: EventIngest(appender: log.appender, journal: log.journal))
        `public` = events.publicRoutes + proofs.publicRoutes
        `internal` = events.internalRoutes + ingest.routes
    }
}
