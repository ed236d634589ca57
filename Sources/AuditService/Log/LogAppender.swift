import AuditCore
import Metrics
import Postgres
import SQLQuery
import WireFormat

/// Appends events to a tenant's log and numbers them: the only writer of bodies and leaves.
///
/// Body and leaf go in one transaction, behind the tenant's lock, so there is no moment at which an event is stored and
/// not numbered: a crash leaves both or neither, and the sender's repetition finds out which. Numbers are dense because
/// the head is read under that lock, whatever the number of copies.
struct LogAppender: Sendable {
    /// What became of one event.
    enum Outcome: Sendable, Equatable {
        /// It is in the log now, at this number.
        case stored(sequence: Int64)
        /// It was there already, the same to the byte.
        case duplicate(sequence: Int64)
        /// Another event with this id is there, at this number.
        case conflict(sequence: Int64)
    }

    let database: Database
    /// Told of every tenant whose log has grown.
    let grown: GrownLogs

    /// Appends events of one tenant in the order given; returns, after the commit, what became of each.
    ///
    /// - Parameters:
    ///   - events: all of the tenant of `scope`; the caller has checked.
    ///   - origin: the service that wrote them.
    func append(_ events: [CommittedEvent], origin: String, _ scope: TenantScope) async throws -> [Outcome] {
        guard !events.isEmpty else { return [] }
        let tenant = scope.tenant
        let outcomes = try await database.transaction(scope) { transaction in
            let answers = try await transaction.pipeline([
                LogStore.lock(tenant), LogStore.known(events.map(\.event.id), tenant), LogStore.next(tenant),
            ])
            guard let next = try answers[2].first?.get("next", as: Int64.self) else { return [Outcome]() }
            let (outcomes, fresh) = Self.judge(events, known: try Self.known(answers[1]), next: next)
            if !fresh.isEmpty {
                _ = try await transaction.pipeline([
                    LogStore.insertBodies(fresh, origin: origin, tenant),
                    LogStore.insertLeaves(fresh, from: next, tenant),
                ])
            }
            return outcomes
        }
        count(outcomes, origin: origin)
        if outcomes.contains(where: { if case .stored = $0 { true } else { false } }) { grown.note(tenant) }
        return outcomes
    }

    /// Where an event stands, and what it committed to.
    struct Known: Sendable {
        let sequence: Int64
        let commitment: TreeHash?
    }

    /// Which of the events are new, the same as one that is there, or contradict one: in the log or in this delivery.
    static func judge(
        _ events: [CommittedEvent], known: [UUIDv7: Known], next: Int64
    ) -> (outcomes: [Outcome], fresh: [CommittedEvent]) {
        var known = known
        var fresh: [CommittedEvent] = []
        let outcomes = events.map { event -> Outcome in
            if let there = known[event.event.id] {
                return there.commitment == event.commitment
                    ? .duplicate(sequence: there.sequence) : .conflict(sequence: there.sequence)
            }
            let sequence = next + Int64(fresh.count)
            known[event.event.id] = Known(sequence: sequence, commitment: event.commitment)
            fresh.append(event)
            return .stored(sequence: sequence)
        }
        return (outcomes, fresh)
    }

    private static func known(_ rows: [Row]) throws -> [UUIDv7: Known] {
        var known: [UUIDv7: Known] = [:]
        for row in rows {
            known[try row.get("event_id")] = Known(
                sequence: try row.get("sequence"),
                commitment: TreeHash(bytes: try row.get("commitment", as: [UInt8].self)))
        }
        return known
    }

    private func count(_ outcomes: [Outcome], origin: String) {
        var counts = ["stored": 0, "duplicate": 0, "conflict": 0]
        for outcome in outcomes {
            switch outcome {
            case .stored: counts["stored", default: 0] += 1
            case .duplicate: counts["duplicate", default: 0] += 1
            case .conflict: counts["conflict", default: 0] += 1
            }
        }
        for (name, count) in counts where count > 0 {
            Counter(label: "bailiwick_audit_events", dimensions: [("origin", origin), ("outcome", name)])
                .increment(by: count)
        }
    }
}
