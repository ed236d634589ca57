import AuditClient
import AuditCore
import IdentityClient
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Which bundles were in force when, and which edits were refused: a row each, with its audit event (tenant `system`,
/// actor service `policy`) in the same transaction.
struct BundleHistory: Sendable {
    private let database: Database
    private let outbox: AuditOutbox

    /// More errors are cut from the record; the log has all of them.
    static let mostErrors = 20
    /// Bytes of one error in the record; a path, a place and a sentence fit.
    static let longestError = 400
    /// Errors in an audit event, whose metadata is bounded by `EventLimits.metadataBytes`.
    static let mostEventErrors = 5

    init(database: Database, outbox: AuditOutbox) {
        self.database = database
        self.outbox = outbox
    }

    /// The revision that was last put in force; nil before the first.
    func lastActivated() async throws -> String? {
        let rows = try await database.query(
            scope,
            "SELECT revision FROM bundle_history WHERE outcome = 'activated' ORDER BY happened DESC, id DESC LIMIT 1")
        return try rows.first?.get("revision")
    }

    func recordActivation(of revision: String, replacing former: String?) async throws {
        var metadata: [String: JSONValue] = [:]
        metadata["former"] = former.map(JSONValue.string)
        try await record(revision, "activated", [], action: "policy.bundle.activate", .allowed, nil, metadata)
    }

    func recordRefusal(_ errors: [String], inForce revision: String) async throws {
        let kept = errors.prefix(Self.mostErrors).map {
            String(decoding: $0.utf8.prefix(Self.longestError), as: UTF8.self)
        }
        let metadata: [String: JSONValue] = [
            "errors": JSONValue(Array(kept.prefix(Self.mostEventErrors))), "error_count": .integer(Int64(errors.count)),
        ]
        try await record(
            revision, "refused", kept, action: "policy.bundle.activate", .failed, "broken-bundle", metadata)
    }

    private func record(
        _ revision: String, _ outcome: String, _ errors: [String], action: String, _ eventOutcome: EventOutcome,
        _ reason: String?, _ metadata: [String: JSONValue]
    ) async throws {
        let event = AuditEvent(
            job: .policy, tenant: .system, action: action,
            resource: EventResource(type: "policy", id: revision), outcome: eventOutcome, reason: reason,
            metadata: metadata)
        let row: SQL = """
            INSERT INTO bundle_history (id, revision, outcome, errors, happened)
            VALUES (\(event.id), \(revision), \(outcome), \(errors), \(event.time))
            """
        try await database.transaction(scope) { transaction in
            try await transaction.execute(row)
            try await outbox.record(event, in: transaction)
        }
    }

    private var scope: TenantScope { TenantJob(name: "bundle-history", tenant: .system).tenantScope }
}
