import AuditCore
import WireFormat

/// The columns of `event_body` that are copied out of the body for searching. What an event does not have is empty.
struct EventColumns: Sendable, Hashable {
    let time: Instant
    let actorID: String
    let action: String
    let resourceType: String
    let resourceID: String
    let outcome: String
    let requestID: String

    /// The columns of an event.
    init(_ committed: CommittedEvent) {
        let event = committed.event
        time = event.time
        actorID = event.actor.id ?? ""
        action = event.action
        resourceType = event.resource.type
        resourceID = event.resource.id ?? ""
        outcome = event.outcome.rawValue
        requestID = event.requestID?.text ?? ""
    }
}
