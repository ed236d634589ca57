import AuditClient
import AuditCore
import ServiceKit
import WireFormat

/// Rotation on the operator's word.
struct SigningKeyCommands: Sendable {
    let parts: AuthParts

    /// A new key, published now, signing after the notice that consumers need.
    func rotate(_ call: Call) async throws {
        let event = AuditEvent(
            call, by: EventActor(try call.service), tenant: .system, action: "signing_key.rotate",
            resource: EventResource(type: "signing_key"), reason: "on-demand")
        try await parts.keys.rotate(onDemand: true, event: event)
    }
}

extension Problem {
    /// A new key is published already.
    static let rotationPending = Problem.conflict(
        "rotation-pending", detail: "a new key is published and does not sign yet; rotate again once it does")
}
