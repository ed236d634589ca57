import AuditClient
import AuditCore
import IdentityClient
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Registers and ends applications, on the word of somebody whom policy lets.
struct ApplicationCommands: Sendable {
    let parts: AuthParts

    /// Registers one for the caller's organisation.
    func create(
        _ request: ApplicationRequest, by token: AccessToken, decision: EventDecision?, _ call: Call
    ) async throws -> RegisteredApplication {
        let now = parts.now()
        let secret =
            request.authentication == .secretBasic
            ? OpaqueToken.generate(.applicationSecret, tenant: token.tenant) : nil
        let application = Application(
            id: .generate(at: now), tenant: token.tenant, name: request.name, redirectURIs: request.redirectURIs,
            postLogoutRedirectURIs: request.postLogoutRedirectURIs, scopes: request.scopes,
            authentication: request.authentication, secretHash: secret?.hash, keys: request.keys, createdAt: now,
            endedAt: nil)
        let event = AuditEvent(
            call, by: token, action: "application.create",
            resource: EventResource(type: "application", id: application.id.text), decision: decision,
            changes: [
                .plain("redirect_uris", before: nil, after: JSONValue(application.redirectURIs)),
                .plain("scopes", before: nil, after: JSONValue(application.scopes.map(\.rawValue))),
                .plain("authentication", before: nil, after: .string(application.authentication.rawValue)),
            ])
        _ = try await parts.database.pipeline(
            token.tenantScope, [ApplicationStore.insert(application), try parts.outbox.insertion(of: event)])
        return RegisteredApplication(application: application, secret: secret)
    }

    /// Ends one for good: nobody signs in to it any more, and its sessions and their tokens end in the same transaction.
    ///
    /// - Returns: false when the gate does not let it through.
    func end(_ id: UUIDv7, by token: AccessToken, _ gate: ApplicationGate, _ call: Call) async throws -> Bool {
        let parts = parts
        return try await parts.database.transaction(token.tenantScope) { transaction -> Bool in
            let rows = try await transaction.query(
                ApplicationStore.locked(id, tenant: token.tenant, gate: gate))
            guard let application = try rows.first.map(ApplicationStore.read) else { return false }
            guard application.endedAt == nil else { throw Problem.applicationEnded }
            let now = parts.now()
            let event = AuditEvent(
                call, by: token, action: "application.end",
                resource: EventResource(type: "application", id: id.text), decision: gate.decision,
                changes: [.plain("status", before: "active", after: "ended")])
            _ = try await transaction.pipeline([
                ApplicationStore.end(id, now: now),
                ApplicationSession.lockAll(of: id, tenant: token.tenant),
                try parts.outbox.insertion(of: event),
                ApplicationSession.endAll(of: id, tenant: token.tenant, now: now),
            ])
            return true
        }
    }
}

extension Problem {
    static let applicationEnded = Problem.conflict("application-ended", detail: "the application has ended already")
}
