import AuditClient
import AuditCore
import HRDomain
import Idempotency
import IdentityClient
import KeyVault
import PolicyClient
import PolicyCore
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Adds employees: decided on the state to be, written with its event in one transaction.
struct EmployeeCommands: Sendable {
    let queries: EmployeeQueries
    let answers: IdempotentAnswers

    var database: Database { queries.database }
    var enforcer: Enforcer { queries.enforcer }
    var outbox: AuditOutbox { queries.outbox }

    /// Adds an employee and answers with what the caller may see of him.
    func create(_ call: Call, _ values: EmployeeValues) async throws -> Reply {
        let token = try call.user
        let scope = token.tenantScope
        let id = UUIDv7.generate(at: call.received)
        let store = EmployeeStore(tenant: token.tenant, instant: call.received)
        let use = try IdempotentUse(call)
        let line: (manager: UUIDv7?, chain: [UUIDv7])
        do {
            line = try await newLine(values, store, scope)
        } catch let problem as Problem {
            // Whoever may not create learns nothing about the manager that he named.
            let bare = EmployeeFacts.resource(values, of: id, chain: [], tenant: token.tenant)
            _ = try await enforcer.check(call, token, .employeeCreate, bare, on: .employees)
            throw problem
        }
        let facts = EmployeeFacts.resource(values, of: id, chain: line.chain, tenant: token.tenant)
        let decision = try await enforcer.check(call, token, .employeeCreate, facts, on: .employees)
        try await demandWritable(call, token, .employeeCreate, Array(values.values.keys), decision, on: .employees)
        if let use, let answer = try await answers.answer(to: use, scope, at: call.received) { return answer }

        let view = try await queries.enforcer.policy.plan(
            call, action: ActionName.employeeView.text, resourceType: "employee")
        let gate = try RowGate(view, render: EmployeeFilters(store, .one).sql)
        let sealer = try await queries.vault.sealer(scope: scope, persons: [id])
        let write = try EmployeeWrite(values, of: id, sealer)
        let event = AuditEvent(
            call, by: token, action: ActionName.employeeCreate.text, resource: .employee(id),
            decision: decision.evidence,
            changes: EmployeeChangeLog.changes(to: write, values.values.keys.sorted(), decision.fields, sealer.opener))
        do {
            return try await database.transaction(scope) { transaction in
                try await put(id, values, write, line.manager, store, in: transaction)
                try await outbox.record(event, in: transaction)
                let reply = try await created(id, gate, store, sealer.opener, in: transaction)
                if let use {
                    _ = try await transaction.pipeline(
                        answers.keeping(
                            use, id: id, body: try JSONValue.parse(reply.body), headers: reply.headers, sealer,
                            person: id, scope, at: call.received))
                }
                return reply
            }
        } catch let error as PostgresError where error.code == .uniqueViolation {
            // Two requests with one key at the same time: the second gets the first one's answer.
            if let use, let answer = try await answers.answer(to: use, scope, at: call.received) { return answer }
            throw EmployeeConflict.problem(error) ?? error
        } catch let error as PostgresError {
            throw EmployeeConflict.problem(error) ?? error
        }
    }

    /// Writes row, words and line.
    private func put(
        _ id: UUIDv7, _ values: EmployeeValues, _ write: EmployeeWrite, _ manager: UUIDv7?, _ store: EmployeeStore,
        in transaction: Transaction
    ) async throws {
        if let manager {
            _ = try await transaction.query(ReportingLineStore.lock(store.tenant))
            let rows = try await transaction.query(
                ReportingLineStore.ascent(from: manager, to: id, tenant: store.tenant, asOf: store.instant))
            guard try rows[0].get("height", as: Int.self) < ReportingLines.depthLimit else {
                throw Problem.invalidField("/manager_id", ReportingLineRefusal.tooDeep.reason)
            }
        }
        var statements = [
            store.insert(id, write, nameKey: EmployeeStore.nameKey(values)),
            store.addWords(EmployeeStore.words(values, of: id)),
        ]
        if let manager {
            statements.append(
                ReportingLineStore.start([id], managers: [manager], tenant: store.tenant, at: store.instant))
        }
        _ = try await transaction.pipeline(statements)
    }

    /// The answer to a create: what the caller sees of the new record, or its id when he sees nothing of it.
    private func created(
        _ id: UUIDv7, _ gate: RowGate, _ store: EmployeeStore, _ opener: Opener, in transaction: Transaction
    ) async throws -> Reply {
        var headers: HTTPFields = [.location: "/v1/employees/\(id.text)"]
        guard let row = try await transaction.query(store.one(id, gate)).first else {
            return .json(EmployeeView.hidden(id).wire, status: .created, headers: headers)
        }
        let record = try store.record(row, gate)
        guard let tag = ETag(record.tag(gate)) else { throw Problem.internalError }
        headers[.eTag] = tag.header
        return .json(try record.view(gate, opener).wire, status: .created, headers: headers)
    }

    /// The line that a create asks for and the chain that the new employee would have.
    private func newLine(
        _ values: EmployeeValues, _ store: EmployeeStore, _ scope: TenantScope
    ) async throws -> (manager: UUIDv7?, chain: [UUIDv7]) {
        guard let manager = values.uuid(.managerID) else { return (nil, []) }
        return (manager, try await chain(under: manager, store, scope))
    }

    /// The chain of somebody who reports to `manager`.
    ///
    /// - Throws: 422 when the manager is nobody or has left.
    func chain(under manager: UUIDv7, _ store: EmployeeStore, _ scope: TenantScope) async throws -> [UUIDv7] {
        guard let row = try await database.query(scope, store.facts(of: manager)).first else {
            throw Problem.invalidField("/manager_id", "is no employee of this organisation")
        }
        let (values, chain) = try EmployeeFacts.facts(row)
        if let left = values.day(.terminatedOn), left <= Day(store.instant) {
            throw Problem.invalidField("/manager_id", "is no longer employed")
        }
        return [manager] + chain
    }

    /// Refuses fields whose class the decision does not let the caller write.
    func demandWritable(
        _ call: Call, _ token: AccessToken, _ action: ActionName, _ fields: [EmployeeField], _ decision: Decision,
        on resource: EventResource
    ) async throws {
        let refused = EmployeeField.allCases.filter { fields.contains($0) && !decision.fields.canWrite(field: $0.name) }
        guard refused.isEmpty else {
            throw try await enforcer.unwritable(
                call, token, action, refused.map(\.name), decision.evidence, on: resource)
        }
    }
}

extension EmployeeField: Comparable {
    /// In the order of columns and answers.
    static func < (left: EmployeeField, right: EmployeeField) -> Bool { left.place < right.place }

    private var place: Int { Self.places[self] ?? 0 }
    private static let places = Dictionary(uniqueKeysWithValues: allCases.enumerated().map { ($1, $0) })
}

/// What the constraints of the tables mean to a caller.
enum EmployeeConflict {
    /// The problem of a violated constraint; nil for one that is a mistake of ours.
    static func problem(_ error: PostgresError) -> Problem? {
        switch error.constraint {
        case "employee_number_unique":
            conflict("employee-number-taken", .employeeNumber, "another employee has this number")
        case "employee_member_unique":
            conflict("member-taken", .memberID, "the member is linked to another employee")
        case "employee_department_exists":
            .invalidField("/department_id", "is no department of this organisation")
        case "reporting_line_manager_exists":
            .invalidField("/manager_id", "is no employee of this organisation")
        case "employee_leaves_after_joining":
            .invalidField("/hired_on", "must not be after terminated_on")
        case "reporting_line_not_oneself":
            .invalidField("/manager_id", ReportingLineRefusal.oneself.reason)
        default: nil
        }
    }

    private static func conflict(_ code: String, _ field: EmployeeField, _ detail: String) -> Problem {
        .conflict(code, detail: detail, errors: [FieldError(pointer: "/" + field.name, detail: detail)])
    }
}
