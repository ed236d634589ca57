import AuditClient
import AuditCore
import IdentityClient
import ServiceKit
import WireFormat

/// Where AuditService records its own acts. It needs no outbox: the log is its own database.
struct Journal: Sendable {
    /// How many ids an event names when it is about many: `metadata` is bounded.
    static let namedEvents = 50

    let appender: LogAppender

    /// Records an event durably in its tenant's log.
    func record(_ event: AuditEvent) async throws {
        var metadata = event.metadata
        metadata[AuditOutbox.originKey] = .string(ServiceName.audit.text)
        let committed = try CommittedEvent(event.replacing(metadata: metadata))
        let scope = TenantJob(name: "audit-journal", tenant: event.tenant).tenantScope
        _ = try await appender.append([committed], origin: ServiceName.audit.text, scope)
    }
}
