import AuditClient
import AuditCore
import IdentityClient
import Logging
import Metrics
import ServiceKit
import WireFormat

/// Takes deliveries of events from the other services.
struct EventIngest: Sendable {
    let appender: LogAppender
    let journal: Journal

    /// Judges each event, appends those that may enter, and answers after the commit.
    func take(_ delivery: EventDelivery, from caller: ServiceName, _ call: Call) async throws -> EventDeliveryAnswer {
        let rules = IngestRules(caller: caller, tenant: delivery.tenant, now: .now())
        let judged = delivery.events.map { value in
            Result { () throws(IngestRules.Refusal) in try rules.admit(value) }
        }
        let admitted = judged.compactMap { try? $0.get() }
        let scope = TenantJob(name: "audit-ingest", tenant: delivery.tenant).tenantScope
        var outcomes = try await appender.append(admitted, origin: caller.text, scope)[...]

        var results: [EventDeliveryAnswer.Result] = []
        for judgement in judged {
            switch judgement {
            case .success(let committed):
                guard let outcome = outcomes.popFirst() else { throw Problem.internalError }
                results.append(Self.result(committed.event.id, outcome))
            case .failure(let refusal):
                results.append(.init(id: refusal.id, outcome: .refused, reason: refusal.reason))
            }
        }
        try await report(results, from: caller, delivery.tenant, call)
        return EventDeliveryAnswer(results: results)
    }

    private static func result(_ id: UUIDv7, _ outcome: LogAppender.Outcome) -> EventDeliveryAnswer.Result {
        switch outcome {
        case .stored(let sequence): .init(id: id, outcome: .stored, sequence: sequence)
        case .duplicate(let sequence): .init(id: id, outcome: .duplicate, sequence: sequence)
        case .conflict(let sequence):
            .init(
                id: id, outcome: .refused,
                reason: "another event with this id is in the log, at \(sequence)")
        }
    }

    /// A refused event is a fact of the tenant's trail: somebody tried to write it. One event a delivery.
    private func report(
        _ results: [EventDeliveryAnswer.Result], from caller: ServiceName, _ tenant: TenantID, _ call: Call
    ) async throws {
        let refused = results.filter { $0.outcome == .refused }
        guard let first = refused.first else { return }
        Counter(
            label: "bailiwick_audit_events", dimensions: [("origin", caller.text), ("outcome", "refused")]
        ).increment(by: refused.count)
        call.logger.error(
            "events were refused",
            metadata: [
                "count": "\(refused.count)", "first_id": "\(first.id?.text ?? "-")", "reason": "\(first.reason ?? "")",
            ])
        let event = AuditEvent(
            call, by: EventActor(caller), tenant: tenant, action: "audit.append",
            resource: EventResource(type: "audit_event", id: first.id?.text), outcome: .denied,
            reason: "event-refused",
            metadata: [
                "count": .integer(Int64(refused.count)),
                "ids": JSONValue(refused.prefix(Journal.namedEvents).compactMap { $0.id?.text }),
                "first_reason": JSONValue(first.reason.map { String($0.prefix(256)) }),
            ])
        try await journal.record(event)
    }
}
