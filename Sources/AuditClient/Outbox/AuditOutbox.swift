public import AuditCore
public import Postgres
public import SQLQuery
public import ServiceKit
package import WireFormat

/// Where a service records what happened, in its own database, so that a business change and its event commit together
/// and a read is recorded durably before its answer leaves. ``OutboxRelay`` takes it from there.
public struct AuditOutbox: Sendable {
    /// The name under which an event's `metadata` says which service wrote it. AuditService compares it with the caller.
    public static let originKey = "origin"

    private let database: Database
    private let origin: ServiceName

    /// Creates the outbox of a service.
    ///
    /// - Parameters:
    ///   - database: connected to the service's own schema, which has the table of this module's migration.
    ///   - origin: the service; it is written into every event.
    public init(database: Database, origin: ServiceName) {
        self.database = database
        self.origin = origin
    }

    /// Records an event in the transaction of the business change: both commit, or neither.
    ///
    /// - Throws: `FieldErrors` when the event breaks a bound, ``OutboxError`` when it names another tenant.
    public func record(_ event: AuditEvent, in transaction: Transaction) async throws {
        _ = try await transaction.execute(try insertion(of: event))
    }

    /// Records events in the transaction of the business change, in one round trip.
    public func record(_ events: [AuditEvent], in transaction: Transaction) async throws {
        guard !events.isEmpty else { return }
        _ = try await transaction.pipeline(try events.map { try insertion(of: $0) })
    }

    /// Records an event durably by itself, in one round trip: what a read of sensitive data awaits before it answers.
    public func record(_ event: AuditEvent, _ scope: TenantScope) async throws {
        guard event.tenant == scope.tenant else { throw Self.otherTenant(event, scope) }
        _ = try await database.execute(scope, try insertion(of: event))
    }

    /// The statement that records an event, for a caller that puts it into one round trip with others
    /// (`Transaction.pipeline`, or a `WITH` around a business read):
    ///
    /// ```swift
    /// let recorded = try outbox.insertion(of: event, onlyIf: "EXISTS (SELECT FROM found)")
    /// try await database.query(scope, "WITH found AS (\(read)), recorded AS (\(recorded)) SELECT * FROM found")
    /// ```
    ///
    /// - Parameter condition: records nothing unless this holds, for example because the row was not there.
    /// - Throws: `FieldErrors` when the event breaks a bound.
    public func insertion(of event: AuditEvent, onlyIf condition: SQL? = nil) throws -> SQL {
        let committed = try CommittedEvent(stamped(event))
        return try OutboxStore.insertion(
            of: event.id, event.tenant, .audit, payload: committed.wireText, onlyIf: condition)
    }

    /// Puts a command for another service into the outbox, in the transaction of the change that causes it.
    public func enqueue(_ message: OutboxMessage, in transaction: Transaction) async throws {
        _ = try await transaction.execute(
            try OutboxStore.insertion(
                of: message.id, message.tenant, message.topic, payload: message.text, onlyIf: nil))
    }

    private func stamped(_ event: AuditEvent) -> AuditEvent {
        var metadata = event.metadata
        metadata[Self.originKey] = .string(origin.text)
        return event.replacing(metadata: metadata)
    }

    private static func otherTenant(_ event: AuditEvent, _ scope: TenantScope) -> OutboxError {
        OutboxError(
            code: .otherTenant,
            description: "event \(event.id) of tenant \(event.tenant) in a statement of tenant \(scope.tenant)")
    }
}

extension AuditEvent {
    /// The same event with other metadata.
    package func replacing(metadata: [String: JSONValue]) -> AuditEvent {
        AuditEvent(
            id: id, tenant: tenant, time: time, actor: actor, action: action, resource: resource, outcome: outcome,
            reason: reason, decision: decision, requestID: requestID, ip: ip, device: device, browser: browser,
            changes: changes, persons: persons, metadata: metadata)
    }
}
