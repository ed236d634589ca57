import AuditClient
import AuditCore
import HRDomain
import IdentityClient
import KeyVault
import PolicyCore
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Changes of one employee. All of them go one way: plan, row with what the caller sees, `If-Match`, fields that may be
/// written, check of the new state, then one transaction that carries plan, tenant, id and version.
struct EmployeeAmendments: Sendable {
    let commands: EmployeeCommands
    /// Calls AuthService, which keeps the other end of the link between member and employee.
    let identity: ServiceClient

    /// How long AuthService may take to link; the row stays locked meanwhile.
    static let linkDeadline = Duration.seconds(2)

    private var queries: EmployeeQueries { commands.queries }

    /// What the steps of one change have in common.
    private struct Change {
        let call: Call
        let token: AccessToken
        let action: ActionName
        let store: EmployeeStore
        let seen: RowGate
        let gate: RowGate
        let record: EmployeeRecord
        let opener: Opener

        /// Which employee.
        var id: UUIDv7 { record.id }
        var resource: EventResource { .employee(record.id) }
    }

    /// What a transaction does beside the row and its event.
    private typealias Addition = @Sendable (Transaction) async throws -> Void

    /// Changes fields.
    func update(_ call: Call, _ id: UUIDv7, _ changes: EmployeeValues) async throws -> (view: EmployeeView, tag: ETag) {
        let change = try await open(call, id, .employeeUpdate)
        let current = try current(change)
        // First: a complaint about a hidden field would tell of its value.
        try await demandWritable(change, current, changes)
        let problems = current.applying(changes).complaints
        guard problems.isEmpty else {
            throw Problem.invalidFields(
                problems.map { FieldError(pointer: "/" + $0.field.name, detail: $0.detail) })
        }
        return try await apply(change, current, changes, chain: nil)
    }

    /// Ends the employment. The membership ends too, through the outbox: it commits with the termination.
    func terminate(_ call: Call, _ id: UUIDv7, on day: Day) async throws -> (view: EmployeeView, tag: ETag) {
        let change = try await open(call, id, .employeeTerminate)
        let current = try current(change)
        guard current.day(.terminatedOn) == nil else {
            throw Problem.conflict("already-terminated", detail: "the employment has ended already")
        }
        guard day <= Day(call.received) else {
            throw Problem.invalidField("/terminated_on", "must not be in the future: the membership ends at once")
        }
        if let hired = current.day(.hiredOn), day < hired {
            throw Problem.invalidField("/terminated_on", "must not be before hired_on")
        }
        let outbox = commands.outbox
        return try await apply(change, current, EmployeeValues([.terminatedOn: day.wire]), chain: nil) { transaction in
            guard let member = current.uuid(.memberID) else { return }
            let end = MembershipEnd(
                tenant: change.store.tenant, member: member, employee: id, at: call.received, requestID: call.id)
            try await outbox.enqueue(end.message, in: transaction)
        }
    }

    /// Moves an employee to another manager, or to none.
    func assign(_ call: Call, _ id: UUIDv7, manager: UUIDv7?) async throws -> (view: EmployeeView, tag: ETag) {
        let change = try await open(call, id, .employeeChangeManager)
        let current = try current(change)
        if manager == id { throw Problem.invalidField("/manager_id", ReportingLineRefusal.oneself.reason) }
        var chain: [UUIDv7] = []
        if let manager { chain = try await commands.chain(under: manager, change.store, change.token.tenantScope) }
        let values = EmployeeValues([.managerID: manager?.wire ?? .null])
        return try await apply(change, current, values, chain: chain) { transaction in
            try await Self.move(id, to: manager, change.store, in: transaction)
        }
    }

    /// Links an employee to a member. AuthService is told inside the transaction: what it refuses is not committed.
    func link(_ call: Call, _ id: UUIDv7, member: UUIDv7) async throws -> (view: EmployeeView, tag: ETag) {
        let change = try await open(call, id, .employeeLinkMember, needsTag: false)
        let current = try current(change)
        let token = change.token
        guard member != token.subject else {
            throw try await refused(
                change,
                LinkRefused(reason: "own-link", detail: "nobody links himself to an employee; somebody else has to"))
        }
        if let linked = current.uuid(.memberID), linked != member {
            throw Problem.conflict("already-linked", detail: "the employee is linked to another member")
        }
        if let left = current.day(.terminatedOn), left <= Day(call.received) {
            throw Problem.conflict("already-terminated", detail: "the employment has ended")
        }
        do {
            let values = EmployeeValues([.memberID: member.wire])
            return try await apply(change, current, values, chain: nil) { transaction in
                _ = transaction
                try await tell(change, member)
            }
        } catch let refusal as LinkRefused {
            throw try await refused(change, refusal)
        }
    }

    /// AuthService keeps a rule of its own from being broken, such as that nobody links whom he has invited.
    private struct LinkRefused: Error {
        let reason: String
        let detail: String?
    }

    private func tell(_ change: Change, _ member: UUIDv7) async throws {
        let call = change.call
        let reply = try await identity.send(
            .put, "/internal/v1/members/\(member.text)/employee", body: ["employee_id": change.id.wire],
            userToken: change.token, requestID: call.id, retry: .idempotent,
            deadline: min(Self.linkDeadline, call.remaining))
        guard !reply.isSuccess else { return }
        if reply.status == .notFound {
            throw Problem.invalidField("/member_id", "is no member of this organisation")
        }
        guard let problem = reply.problem else { throw Problem.internalError }
        if problem.status == .forbidden { throw LinkRefused(reason: problem.code, detail: problem.detail) }
        throw problem
    }

    /// The answer to a link that a rule forbids, whatever a policy says; recorded.
    private func refused(_ change: Change, _ refusal: LinkRefused) async throws -> Problem {
        try await commands.enforcer.refuse(
            change.call, change.token, change.action, change.resource, reason: refusal.reason,
            change.gate.plan.evidence)
        return .forbidden(
            refusal.reason, detail: refusal.detail,
            members: ["decision_id": JSONValue(change.gate.plan.id), "reason": .string(refusal.reason)])
    }

    /// Plan and row: what the caller sees must be what he says he saw.
    ///
    /// - Parameter needsTag: false for a change that overwrites nothing.
    private func open(
        _ call: Call, _ id: UUIDv7, _ action: ActionName, needsTag: Bool = true
    ) async throws -> Change {
        let token = try call.user
        let enforcer = commands.enforcer
        let plan = try await enforcer.plan(call, token, action, on: .employee(sought: id))
        let view = try await enforcer.plan(call, token, .employeeView, on: .employee(sought: id))
        let store = EmployeeStore(tenant: token.tenant, instant: call.received)
        let filters = EmployeeFilters(store, .one)
        let seen = try RowGate(view, render: filters.sql)
        let gate = try RowGate(plan, render: filters.sql)
        let rows = try await commands.database.query(token.tenantScope, store.one(id, seen, change: gate))
        guard let row = rows.first else { throw try await queries.absence(call, token, action, id, gate, store) }
        let record = try store.record(row, seen, change: gate)
        guard record.isChangeable else { throw try await queries.absence(call, token, action, id, gate, store) }
        if needsTag || call.headers[.ifMatch] != nil {
            guard try call.ifMatch().opaque == record.tag(seen) else { throw Problem.stale }
        }
        let opener = try await queries.opener([record], token.tenantScope)
        return Change(
            call: call, token: token, action: action, store: store, seen: seen, gate: gate, record: record,
            opener: opener)
    }

    /// The record's values, sealed ones opened: what the change is compared with. They do not leave the service.
    private func current(_ change: Change) throws -> EmployeeValues {
        var values = change.record.plain
        for field in EmployeeField.sealed where change.record.sealed[field] != nil && change.record.key != nil {
            values[field] = try change.record.value(field, change.opener)
        }
        return values
    }

    /// Refuses fields that the caller may not write. A field that he may not read counts as changed whatever he states:
    /// whether his guess is the present value is not his to learn.
    private func demandWritable(
        _ change: Change, _ current: EmployeeValues, _ values: EmployeeValues
    ) async throws {
        let changed = Set(current.differing(from: values))
        let refused = values.values.keys.filter { field in
            (changed.contains(field) || !change.record.canRead(field, change.seen))
                && !change.record.canWrite(field, change.gate)
        }
        guard refused.isEmpty else {
            throw try await commands.enforcer.unwritable(
                change.call, change.token, change.action, refused.map(\.name).sorted(), change.gate.plan.evidence,
                on: change.resource)
        }
    }

    /// Judges the new state and writes it.
    ///
    /// - Parameter chain: the chain of the new state, when it is another one.
    private func apply(
        _ change: Change, _ current: EmployeeValues, _ values: EmployeeValues, chain: [UUIDv7]?,
        adding addition: Addition? = nil
    ) async throws -> (view: EmployeeView, tag: ETag) {
        let fields = current.differing(from: values)
        let scope = change.token.tenantScope
        try await demandWritable(change, current, values)
        guard !fields.isEmpty else {
            // Nothing to change, and yet the record is shown: that is a read, and is recorded as one.
            try await commands.outbox.record(
                AuditEvent(
                    change.call, by: change.token, action: ActionName.employeeView.text, resource: change.resource,
                    decision: change.seen.plan.evidence, metadata: EmployeeQueries.sensitiveClasses(change.seen)),
                scope)
            return try await queries.seen(change.record, change.seen, scope)
        }
        let decision = try await judge(change, current.applying(values), fields, chain)
        let needsKey = fields.contains { $0.storage == .sealed }
        let sealer = try await queries.vault.sealer(scope: scope, persons: needsKey ? [change.id] : [])
        let write = try EmployeeWrite(
            EmployeeValues(values.values.filter { fields.contains($0.key) }), of: change.id, sealer)
        let event = AuditEvent(
            change.call, by: change.token, action: change.action.text, resource: change.resource,
            decision: decision.evidence,
            changes: EmployeeChangeLog.changes(of: change.record, to: write, fields, decision.fields, sealer.opener),
            metadata: EmployeeQueries.sensitiveClasses(change.seen))
        let after = current.applying(values)
        let record: EmployeeRecord?
        do {
            record = try await commands.database.transaction(scope) { transaction in
                if fields.contains(.managerID) {
                    _ = try await transaction.query(ReportingLineStore.lock(change.store.tenant))
                }
                try await put(write, fields, after, change, in: transaction)
                try await addition?(transaction)
                try await commands.outbox.record(event, in: transaction)
                return try await transaction.query(change.store.one(change.id, change.seen)).first.map {
                    try change.store.record($0, change.seen)
                }
            }
        } catch let error as PostgresError {
            throw EmployeeConflict.problem(error) ?? error
        }
        if let record { return try await queries.seen(record, change.seen, scope) }
        // The change took the record out of the caller's sight: it stands, and there is nothing to show of it.
        guard let tag = ETag("hidden") else { throw Problem.internalError }
        return (.hidden(change.id), tag)
    }

    /// Asks whether the state to be is one that the caller may bring about, and its fields ones that he may write.
    private func judge(
        _ change: Change, _ after: EmployeeValues, _ fields: [EmployeeField], _ chain: [UUIDv7]?
    ) async throws -> Decision {
        var above = chain ?? []
        if chain == nil {
            let scope = change.token.tenantScope
            guard let row = try await commands.database.query(scope, change.store.facts(of: change.id)).first else {
                throw Problem.stale
            }
            above = try EmployeeFacts.facts(row).chain
        }
        let facts = EmployeeFacts.resource(after, of: change.id, chain: above, tenant: change.store.tenant)
        let decision = try await commands.enforcer.check(
            change.call, change.token, change.action, facts, on: change.resource)
        try await commands.demandWritable(
            change.call, change.token, change.action, fields, decision, on: change.resource)
        return decision
    }

    /// Writes the row, if it is still the one that was seen, and the words that follow from it.
    private func put(
        _ write: EmployeeWrite, _ fields: [EmployeeField], _ after: EmployeeValues, _ change: Change,
        in transaction: Transaction
    ) async throws {
        let isRenamed = fields.contains(.givenName) || fields.contains(.familyName)
        let count = try await transaction.execute(
            change.store.update(
                change.id, version: change.record.version, write, fields: fields,
                nameKey: isRenamed ? EmployeeStore.nameKey(after) : nil, change.gate))
        guard count == 1 else { throw Problem.stale }
        if fields.contains(where: EmployeeField.searchable.contains) {
            _ = try await transaction.pipeline([
                change.store.removeWords(of: [change.id]),
                change.store.addWords(EmployeeStore.words(after, of: change.id)),
            ])
        }
    }

    /// Ends the line in force and starts the next one, unless it would close a circle. Under the tenant's lock.
    static func move(
        _ id: UUIDv7, to manager: UUIDv7?, _ store: EmployeeStore, in transaction: Transaction
    ) async throws {
        if let manager {
            let rows = try await transaction.pipeline([
                ReportingLineStore.ascent(from: manager, to: id, tenant: store.tenant, asOf: store.instant),
                ReportingLineStore.descent(from: id, tenant: store.tenant, asOf: store.instant),
            ])
            if try rows[0][0].get("is_cycle", as: Bool.self) {
                throw Problem.conflict(
                    "reporting-cycle", detail: ReportingLineRefusal.cycle.reason,
                    errors: [FieldError(pointer: "/manager_id", detail: ReportingLineRefusal.cycle.reason)])
            }
            let height: Int = try rows[0][0].get("height")
            let depth: Int = try rows[1][0].get("depth")
            guard height + 1 + depth <= ReportingLines.depthLimit else {
                throw Problem.invalidField("/manager_id", ReportingLineRefusal.tooDeep.reason)
            }
        }
        _ = try await transaction.execute(ReportingLineStore.end([id], tenant: store.tenant, at: store.instant))
        if let manager {
            _ = try await transaction.execute(
                ReportingLineStore.start([id], managers: [manager], tenant: store.tenant, at: store.instant))
        }
    }
}
