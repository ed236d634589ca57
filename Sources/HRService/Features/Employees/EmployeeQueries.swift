import AuditClient
import AuditCore
import IdentityClient
import KeyVault
import PolicyCore
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Reads, lists and searches: one plan, one predicate, everything shown put on the record.
struct EmployeeQueries: Sendable {
    let database: Database
    let vault: KeyVault
    let outbox: AuditOutbox
    let enforcer: Enforcer
    let cursors: CursorCodec

    /// One employee and the tag of what this caller sees of him.
    ///
    /// One policy call, and one statement that reads the row and records the read: durable before anything leaves.
    func read(_ call: Call, _ id: UUIDv7) async throws -> (view: EmployeeView, tag: ETag) {
        let token = try call.user
        let plan = try await enforcer.plan(call, token, .employeeView, on: .employee(sought: id))
        let store = EmployeeStore(tenant: token.tenant, instant: call.received)
        let gate = try RowGate(plan, render: EmployeeFilters(store, .one).sql)
        let event = AuditEvent(
            call, by: token, action: ActionName.employeeView.text, resource: .employee(id), decision: plan.evidence,
            metadata: Self.sensitiveClasses(gate))
        let recorded = try outbox.insertion(of: event, onlyIf: "EXISTS (SELECT FROM found)")
        let rows = try await database.queryGathered(
            token.tenantScope,
            "WITH found AS (\(store.one(id, gate))), recorded AS (\(recorded)) SELECT * FROM found")
        guard let row = rows.first else {
            throw try await absence(call, token, .employeeView, id, gate, store)
        }
        return try await seen(try store.record(row, gate), gate, token.tenantScope)
    }

    /// A page of a list or a search.
    func page(_ call: Call, _ listing: EmployeeListing, cursor: String?) async throws -> (
        items: [EmployeeView], next: String?
    ) {
        let token = try call.user
        var listing = listing
        if let cursor { listing.after = try position(cursor, listing, token) }
        let plan = try await enforcer.plan(call, token, .employeeView, on: .employees)
        let store = EmployeeStore(tenant: token.tenant, instant: call.received)
        let gate = try RowGate(plan, render: EmployeeFilters(store, .many).sql)
        guard let statement = store.page(listing, gate) else {
            throw Problem.invalidQuery("cursor", "is not a cursor of this list")
        }
        let kind = listing.terms == nil ? "list" : "search"
        let (shown, hasMore) = try await database.transaction(token.tenantScope) { transaction in
            let rows = try await transaction.query(statement)
            let shown = try rows.prefix(listing.limit).map { try store.record($0, gate) }
            var metadata = Self.sensitiveClasses(gate)
            metadata["kind"] = .string(kind)
            metadata["shown"] = .integer(Int64(shown.count))
            try await outbox.record(
                AuditEvent(
                    call, by: token, action: ActionName.employeeView.text, resource: .employees,
                    decision: plan.evidence, persons: shown.map(\.id), metadata: metadata),
                in: transaction)
            return (shown, rows.count > listing.limit)
        }
        let opener = try await opener(shown, token.tenantScope)
        let items = try shown.map { try $0.view(gate, opener) }
        let next =
            hasMore
            ? shown.last.map { record in
                cursors.encode(
                    [record.sortKey ?? "", record.id.text], tenant: token.tenant, subject: token.subject,
                    query: listing.fingerprint)
            } : nil
        return (items, next)
    }

    /// What a caller sees of a record, and its tag.
    func seen(
        _ record: EmployeeRecord, _ gate: RowGate, _ scope: TenantScope
    ) async throws -> (view: EmployeeView, tag: ETag) {
        let opener = try await opener([record], scope)
        guard let tag = ETag(record.tag(gate)) else { throw Problem.internalError }
        return (try record.view(gate, opener), tag)
    }

    /// An opener for what a statement brought along; it needs no further query.
    func opener(_ records: [EmployeeRecord], _ scope: TenantScope) async throws -> Opener {
        var keys: [UUIDv7: WrappedPersonKey] = [:]
        for record in records where !record.sealed.isEmpty { keys[record.id] = record.key }
        return try await vault.opener(scope: scope, keys: keys)
    }

    /// The problem of a record that a plan let not through; recorded.
    func absence(
        _ call: Call, _ token: AccessToken, _ action: ActionName, _ id: UUIDv7, _ gate: RowGate, _ store: EmployeeStore
    ) async throws -> Problem {
        let row = try await database.query(token.tenantScope, store.facts(of: id)).first
        let facts = try row.map { row in
            let (values, chain) = try EmployeeFacts.facts(row)
            return EmployeeFacts.resource(values, of: id, chain: chain, tenant: token.tenant)
        }
        return try await enforcer.absence(
            call, token, action, view: .employeeView, facts, plan: gate.plan,
            on: facts == nil ? .employee(sought: id) : .employee(id))
    }

    private func position(
        _ cursor: String, _ listing: EmployeeListing, _ token: AccessToken
    ) throws -> (key: String, id: UUIDv7) {
        let position = try cursors.decode(
            cursor, tenant: token.tenant, subject: token.subject, query: listing.fingerprint)
        guard position.count == 2, let id = UUIDv7(position[1]) else {
            throw Problem.invalidQuery("cursor", "is not a cursor of this list")
        }
        return (position[0], id)
    }

    /// Which sensitive classes the answer may show: on the record with every read.
    static func sensitiveClasses(_ gate: RowGate) -> [String: JSONValue] {
        let names = gate.plan.classes.filter {
            $0.fieldClass.isSensitive && $0.read != .none && !$0.fieldClass.fields.isEmpty
        }
        .map(\.fieldClass.name)
        return names.isEmpty ? [:] : ["sensitive": JSONValue(names)]
    }
}
