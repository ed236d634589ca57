import AuditClient
import AuditCore
import ServiceKit
import WireFormat

/// Which events may enter the log at all. Pure: the time comes in.
struct IngestRules: Sendable {
    /// Older ids are refused, so that de-duplication outlives the partitions of bodies.
    static let oldest = Duration.seconds(31 * 86_400)
    /// How far a writer's clock may be ahead.
    static let newest = Duration.seconds(300)

    /// The verified caller.
    let caller: ServiceName
    /// The tenant that the delivery names.
    let tenant: TenantID
    /// When the delivery came.
    let now: Instant

    /// Reads one event of a delivery.
    ///
    /// - Throws: ``Refusal`` with what is wrong, for the operator of the writing service.
    func admit(_ value: JSONValue) throws(Refusal) -> CommittedEvent {
        let id = value["event"]?["id"]?.string.flatMap(UUIDv7.init)
        let committed: CommittedEvent
        do {
            committed = try CommittedEvent.decode(from: value)
        } catch {
            let first = error.errors.first
            throw Refusal(id: id, reason: "`\(first?.pointer ?? "")` \(first?.detail ?? "is wrong")")
        }
        let event = committed.event
        guard event.tenant == tenant else {
            throw Refusal(id: id, reason: "`/event/tenant` is not the tenant that the delivery names")
        }
        guard event.metadata[AuditOutbox.originKey]?.string == caller.text else {
            throw Refusal(id: id, reason: "`/event/metadata/origin` is not the service that delivers")
        }
        for (pointer, instant) in [("/event/id", event.id.instant), ("/event/time", event.time)] {
            guard now - instant <= Self.oldest else { throw Refusal(id: id, reason: "`\(pointer)` is too old") }
            guard instant - now <= Self.newest else { throw Refusal(id: id, reason: "`\(pointer)` is in the future") }
        }
        return committed
    }

    /// Why an event is not taken.
    struct Refusal: Error, Sendable, Hashable {
        let id: UUIDv7?
        let reason: String
    }
}
