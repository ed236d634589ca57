public import Logging
public import Postgres
public import ServiceLifecycle

/// Delivers what is in a service's outbox: tenant by tenant, topic by topic, oldest first, at least once.
///
/// A batch is claimed, read, delivered and deleted in one transaction of its tenant, so that a crash at any moment
/// leaves either the rows or an acknowledged delivery, and never neither. Any number of copies can run.
/// Messages of one topic keep their order while nothing fails; receivers must not depend on it.
public struct OutboxRelay: Service {
    private let database: Database
    private let scope: SystemScope
    private let courier: OutboxCourier
    private let destinations: [OutboxTopic: any OutboxDestination]
    private let pace: OutboxPace
    private let logger: Logger

    /// Creates a relay over the outbox in the schema that `database` is connected to.
    ///
    /// - Parameters:
    ///   - scope: for the one question that concerns all tenants: which of them have something waiting.
    ///   - destinations: one a topic. A topic without one waits.
    public init(
        database: Database, scope: SystemScope, destinations: [any OutboxDestination], logger: Logger,
        pace: OutboxPace = OutboxPace()
    ) {
        self.database = database
        self.scope = scope
        self.courier = OutboxCourier(database: database, pace: pace, logger: logger)
        self.destinations = Dictionary(destinations.map { ($0.topic, $0) }, uniquingKeysWith: { first, _ in first })
        self.pace = pace
        self.logger = logger
    }

    /// Delivers until the process shuts down; a batch under way is finished.
    public func run() async throws {
        var round = Round(backOffs: OutboxBackOffs(pace: pace))
        while !Task.isCancelled && !Task.isShuttingDownGracefully {
            let worked = await turn(&round)
            guard !worked && round.isAtStart else { continue }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pace.idle) }
        }
    }

    /// What the relay remembers from turn to turn.
    private struct Round {
        var backOffs: OutboxBackOffs
        /// Where the next turn goes on: with more pairs than one turn takes, each still has its turn.
        var after = (tenant: "", topic: "")

        var isAtStart: Bool { after == ("", "") }
    }

    /// One look at what waits, ``OutboxPace/pairsPerTurn`` pairs of tenant and topic at most.
    ///
    /// - Returns: whether anything was delivered.
    private func turn(_ round: inout Round) async -> Bool {
        let pairs: [OutboxCourier.Pair]
        do {
            pairs = try await pending(&round).filter { round.backOffs.isOpen($0.destination.topic) }
        } catch {
            guard !Task.isCancelled else { return false }
            logger.warning("the outbox cannot be read", metadata: ["error": "\(error)"])
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pace.longestBackOff) }
            return false
        }
        return await withTaskGroup(of: (OutboxTopic, OutboxCourier.Result).self) { group in
            var waiting = pairs[...]
            var worked = false
            for _ in 0..<pace.concurrency { start(&waiting, in: &group) }
            while let (topic, result) = await group.next() {
                worked = worked || result == .delivered
                round.backOffs.note(result, topic)
                waiting.removeAll { !round.backOffs.isOpen($0.destination.topic) }
                start(&waiting, in: &group)
            }
            return worked
        }
    }

    private func start(
        _ waiting: inout ArraySlice<OutboxCourier.Pair>,
        in group: inout TaskGroup<(OutboxTopic, OutboxCourier.Result)>
    ) {
        guard !Task.isCancelled, let pair = waiting.popFirst() else { return }
        group.addTask { [courier] in (pair.destination.topic, await courier.deliver(pair)) }
    }

    private func pending(_ round: inout Round) async throws -> [OutboxCourier.Pair] {
        let rows = try await database.query(scope, OutboxStore.pending(after: round.after, most: pace.pairsPerTurn))
        round.after = ("", "")
        if rows.count == pace.pairsPerTurn, let last = rows.last {
            round.after = (try last.get("tenant"), try last.get("topic"))
        }
        return try rows.compactMap { row in
            let name: String = try row.get("topic")
            guard let destination = destinations.first(where: { $0.key.name == name })?.value else { return nil }
            return OutboxCourier.Pair(tenant: try row.get("tenant"), destination: destination)
        }
    }
}
