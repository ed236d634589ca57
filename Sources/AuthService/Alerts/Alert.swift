import AuditClient
import AuditCore
import Logging
import Metrics
import ServiceKit
import WireFormat

/// Something that a person does not do: somebody should look at it.
enum Alert: String, Sendable, CaseIterable {
    /// A refresh token was used after its successor: its owner or a thief has the newer one.
    case refreshTokenReuse = "refresh-token-reuse"
    /// An account that had signed in before did so on a device that it does not know.
    case newDevice = "new-device"
    /// More wrong passwords or codes in a row than somebody types who knows them.
    case manyFailures = "many-failures"

    /// The action of its audit event.
    static let action = "alert.raise"

    /// The audit event, for the transaction of what it tells of.
    func event(
        _ call: Call, by actor: EventActor, tenant: TenantID, _ resource: EventResource
    ) -> AuditEvent {
        AuditEvent(call, by: actor, tenant: tenant, action: Self.action, resource: resource, reason: rawValue)
    }

    /// The log line and the metric, once its event is on record.
    func announce(_ call: Call, _ metadata: Logger.Metadata) {
        call.logger.warning("alert: \(rawValue)", metadata: metadata)
        Counter(label: "auth_alerts_total", dimensions: [("kind", rawValue)]).increment()
    }
}
