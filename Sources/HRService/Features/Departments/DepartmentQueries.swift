import AuditCore
import HRDomain
import IdentityClient
import PolicyClient
import PolicyCore
import PolicySQL
import Postgres
import ServiceKit
import WireFormat

extension ActionName {
    static let departmentView = ActionName(module: "department", "view")
    static let departmentCreate = ActionName(module: "department", "create")
    static let departmentUpdate = ActionName(module: "department", "update")
}

/// Reads and lists departments. They are about nobody, so reads leave no trace; refusals do.
struct DepartmentQueries: Sendable {
    let database: Database
    let enforcer: Enforcer
    let cursors: CursorCodec

    /// The only list there is.
    private static let fingerprint = "departments"

    /// One department and its tag.
    func read(_ call: Call, _ id: UUIDv7) async throws -> DepartmentView {
        let token = try call.user
        let plan = try await enforcer.plan(call, token, .departmentView, on: Self.resource(id))
        let store = DepartmentStore(tenant: token.tenant, instant: call.received)
        let gate = try RowGate(plan) { try DepartmentStore.filters.render($0) }
        guard let row = try await database.query(token.tenantScope, store.one(id, gate)).first else {
            throw try await absence(call, token, .departmentView, id, gate, store)
        }
        return try Self.view(row, gate)
    }

    /// A page in the order of names.
    func page(_ call: Call, limit: Int, cursor: String?) async throws -> (items: [DepartmentView], next: String?) {
        let token = try call.user
        let after = try cursor.map { try position($0, token) }
        let plan = try await enforcer.plan(call, token, .departmentView, on: EventResource(type: "department"))
        let store = DepartmentStore(tenant: token.tenant, instant: call.received)
        let gate = try RowGate(plan) { try DepartmentStore.filters.render($0) }
        let rows = try await database.query(token.tenantScope, store.page(gate, after: after, limit: limit))
        let shown = rows.prefix(limit)
        let items = try shown.map { try Self.view($0, gate) }
        guard rows.count > limit, let last = shown.last else { return (items, nil) }
        let next = cursors.encode(
            [try last.get("name_key"), try last.get("id", as: UUIDv7.self).text], tenant: token.tenant,
            subject: token.subject, query: Self.fingerprint)
        return (items, next)
    }

    /// The problem of a department that a plan let not through; recorded.
    func absence(
        _ call: Call, _ token: AccessToken, _ action: ActionName, _ id: UUIDv7, _ gate: RowGate,
        _ store: DepartmentStore
    ) async throws -> Problem {
        let row = try await database.query(token.tenantScope, store.facts(of: id)).first
        let facts = try row.map { Self.facts(try Department($0), tenant: token.tenant) }
        return try await enforcer.absence(
            call, token, action, view: .departmentView, facts, plan: gate.plan, on: Self.resource(id))
    }

    /// A row as the caller sees it.
    static func view(_ row: Row, _ gate: RowGate) throws -> DepartmentView {
        let flags: [Bool] = try row.get("readable")
        let readable = DepartmentStore.fields.filter { field in
            gate.classIndex(of: field).map { flags.indices.contains($0) && flags[$0] } ?? false
        }
        return DepartmentView(department: try Department(row), readable: Set(readable))
    }

    /// What HRService states about a department.
    static func facts(_ department: Department, tenant: TenantID) -> ResourceFacts {
        facts(id: department.id, name: department.name, code: department.code, tenant: tenant)
    }

    /// What HRService states about a department, existing or to be.
    static func facts(id: UUIDv7, name: String, code: String?, tenant: TenantID) -> ResourceFacts {
        var attributes: [String: JSONValue] = ["name": .string(name)]
        attributes["code"] = code.map(JSONValue.string)
        return ResourceFacts(type: "department", id: id.text, tenant: tenant.text, attributes: attributes)
    }

    static func resource(_ id: UUIDv7) -> EventResource { EventResource(type: "department", id: id.text) }

    private func position(_ cursor: String, _ token: AccessToken) throws -> (key: String, id: UUIDv7) {
        let position = try cursors.decode(
            cursor, tenant: token.tenant, subject: token.subject, query: Self.fingerprint)
        guard position.count == 2, let id = UUIDv7(position[1]) else {
            throw Problem.invalidQuery("cursor", "is not a cursor of this list")
        }
        return (position[0], id)
    }
}
