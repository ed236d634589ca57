import AuditClient
import AuditCore
import HRDomain
import Idempotency
import IdentityClient
import KeyVault
import PolicyClient
import PolicyCore
import PolicySQL
import Postgres
import ServiceKit
import WireFormat

/// Adds and changes departments: decided on the state to be, written with the event in one transaction.
struct DepartmentCommands: Sendable {
    let queries: DepartmentQueries
    let answers: IdempotentAnswers
    let outbox: AuditOutbox

    /// Adds a department.
    func create(_ call: Call, _ body: NewDepartment) async throws -> Reply {
        let token = try call.user
        let scope = token.tenantScope
        let id = UUIDv7.generate(at: call.received)
        let store = DepartmentStore(tenant: token.tenant, instant: call.received)
        let use = try IdempotentUse(call)
        let facts = DepartmentQueries.facts(id: id, name: body.name.text, code: body.code?.text, tenant: token.tenant)
        let collection = EventResource(type: "department")
        let decision = try await queries.enforcer.check(call, token, .departmentCreate, facts, on: collection)
        let stated = body.code == nil ? ["name"] : ["name", "code"]
        try await demandWritable(call, token, .departmentCreate, stated, decision, on: collection)
        if let use, let answer = try await answers.answer(to: use, scope, at: call.received) { return answer }

        let view = try await queries.enforcer.policy.plan(
            call, action: ActionName.departmentView.text, resourceType: "department")
        let gate = try RowGate(view) { try DepartmentStore.filters.render($0) }
        let sealer = try await answers.vault.sealer(scope: scope)
        let event = AuditEvent(
            call, by: token, action: ActionName.departmentCreate.text, resource: DepartmentQueries.resource(id),
            decision: decision.evidence,
            changes: [.plain("name", before: nil, after: body.name.wire)]
                + (body.code.map { [.plain("code", before: nil, after: $0.wire)] } ?? []))
        do {
            return try await queries.database.transaction(scope) { transaction in
                _ = try await transaction.execute(
                    store.insert(
                        id, name: body.name.text, key: SearchWords.fold(body.name.text), code: body.code?.text))
                try await outbox.record(event, in: transaction)
                let reply = try await created(id, gate, store, in: transaction)
                if let use {
                    _ = try await transaction.pipeline(
                        answers.keeping(
                            use, id: id, body: try JSONValue.parse(reply.body), headers: reply.headers, sealer,
                            person: nil, scope, at: call.received))
                }
                return reply
            }
        } catch let error as PostgresError where error.code == .uniqueViolation {
            if let use, let answer = try await answers.answer(to: use, scope, at: call.received) { return answer }
            throw Self.problem(error)
        }
    }

    /// Changes a department.
    func update(_ call: Call, _ id: UUIDv7, _ body: DepartmentChanges) async throws -> DepartmentView {
        let token = try call.user
        let enforcer = queries.enforcer
        let scope = token.tenantScope
        let resource = DepartmentQueries.resource(id)
        let store = DepartmentStore(tenant: token.tenant, instant: call.received)
        let plan = try await enforcer.plan(call, token, .departmentUpdate, on: resource)
        let gate = try RowGate(plan) { try DepartmentStore.filters.render($0) }
        let view = try await enforcer.plan(call, token, .departmentView, on: resource)
        let seen = try RowGate(view) { try DepartmentStore.filters.render($0) }
        let rows = try await queries.database.pipeline(scope, [store.one(id, gate), store.one(id, seen)])
        guard rows[0].first != nil, let row = rows[1].first else {
            throw try await queries.absence(call, token, .departmentUpdate, id, gate, store)
        }
        let current = try DepartmentQueries.view(row, seen)
        guard try call.ifMatch().opaque == current.tag else { throw Problem.stale }

        let department = current.department
        let name = body.name?.text ?? department.name
        let code = body.statesCode ? body.code?.text : department.code
        var changes: [EventChange] = []
        if name != department.name {
            changes.append(.plain("name", before: .string(department.name), after: .string(name)))
        }
        if code != department.code {
            changes.append(
                .plain("code", before: department.code.map { .string($0) }, after: code.map { .string($0) }))
        }
        guard !changes.isEmpty else { return current }
        let facts = DepartmentQueries.facts(id: id, name: name, code: code, tenant: token.tenant)
        let decision = try await enforcer.check(call, token, .departmentUpdate, facts, on: resource)
        try await demandWritable(call, token, .departmentUpdate, changes.map(\.field), decision, on: resource)
        let event = AuditEvent(
            call, by: token, action: ActionName.departmentUpdate.text, resource: resource, decision: decision.evidence,
            changes: changes)
        do {
            return try await queries.database.transaction(scope) { transaction in
                let count = try await transaction.execute(
                    store.update(
                        id, version: department.version, name: name, key: SearchWords.fold(name), code: code, gate))
                guard count == 1 else { throw Problem.stale }
                try await outbox.record(event, in: transaction)
                guard let row = try await transaction.query(store.one(id, seen)).first else {
                    return DepartmentView(department: department, readable: [])
                }
                return try DepartmentQueries.view(row, seen)
            }
        } catch let error as PostgresError where error.code == .uniqueViolation {
            throw Self.problem(error)
        }
    }

    private func created(
        _ id: UUIDv7, _ gate: RowGate, _ store: DepartmentStore, in transaction: Transaction
    ) async throws -> Reply {
        var headers: HTTPFields = [.location: "/v1/departments/\(id.text)"]
        guard let row = try await transaction.query(store.one(id, gate)).first else {
            return .json(
                ["id": id.wire, "withheld": JSONValue(DepartmentStore.fields)], status: .created, headers: headers)
        }
        let view = try DepartmentQueries.view(row, gate)
        headers[.eTag] = ETag(view.tag)?.header
        return .json(view.wire, status: .created, headers: headers)
    }

    private func demandWritable(
        _ call: Call, _ token: AccessToken, _ action: ActionName, _ fields: [String], _ decision: Decision,
        on resource: EventResource
    ) async throws {
        let refused = fields.filter { !decision.fields.canWrite(field: $0) }
        guard refused.isEmpty else {
            throw try await queries.enforcer.unwritable(call, token, action, refused, decision.evidence, on: resource)
        }
    }

    private static func problem(_ error: PostgresError) -> any Error {
        guard error.isUniqueViolation(of: "department_name_unique") else { return error }
        let detail = "another department has this name"
        return Problem.conflict(
            "department-name-taken", detail: detail, errors: [FieldError(pointer: "/name", detail: detail)])
    }
}
