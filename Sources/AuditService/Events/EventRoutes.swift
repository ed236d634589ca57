import AuditClient
import AuditCore
import IdentityClient
import ServiceKit
import WireFormat

/// Reading the trail: for people of an organisation, and for the operator.
struct EventRoutes: Sendable {
    /// Cursors of the operator are bound to this: an operator has no member id.
    private static let operatorSubject = UUIDv7("00000000-0000-7000-8000-000000000000") ?? .placeholder

    let reader: TrailReader
    let access: TrailAccess
    let cursors: CursorCodec

    private static let parameters = EventFilter.parameters.union(["limit", "cursor"])

    /// `GET /v1/events`.
    var publicRoutes: [Route] {
        [
            Route(
                .get, "/v1/events", access: .user(action: TrailAccess.action), query: Self.parameters, handler: list)
        ]
    }

    /// `GET /internal/v1/tenants/{tenant}/events`: any tenant's trail and `system`'s, for the operator's tool.
    var internalRoutes: [Route] {
        [
            Route(
                .get, "/internal/v1/tenants/{tenant}/events",
                access: .service(callers: [.operator], user: .none), query: Self.parameters, handler: listForOperator)
        ]
    }

    @Sendable private func list(_ call: Call) async throws -> Reply {
        let token = try call.user
        let filter = try EventFilter(call.query)
        let limit = try call.query.limit()
        let position = try position(call, filter, token.tenant, token.subject)
        let resource = EventResource(type: TrailAccess.resourceType, id: token.tenant.text)
        let admission = try await access.require(call, token, resource: resource)
        let page = try await reader.page(filter, after: position, limit: limit, token.tenantScope) { page in
            AuditEvent(
                call, by: token, action: TrailAccess.action, resource: resource, decision: admission.decision,
                metadata: Self.metadata(filter, page))
        }
        let changes = try await access.changes(call, in: page.items.map(\.event))
        return reply(page, filter, token.tenant, token.subject, admission.sight, changes)
    }

    @Sendable private func listForOperator(_ call: Call) async throws -> Reply {
        let caller = try call.service
        guard let tenant = TenantID(try call.parameter("tenant")) else {
            throw Problem.notFound("`tenant` is neither an organisation's id nor `system`")
        }
        let filter = try EventFilter(call.query)
        let limit = try call.query.limit()
        let position = try position(call, filter, tenant, Self.operatorSubject)
        let scope = TenantJob(name: "operator-reads-trail", tenant: tenant).tenantScope
        let page = try await reader.page(filter, after: position, limit: limit, scope) { page in
            AuditEvent(
                call, by: EventActor(caller), tenant: tenant, action: TrailAccess.action,
                resource: EventResource(type: TrailAccess.resourceType, id: tenant.text),
                metadata: Self.metadata(filter, page))
        }
        return reply(page, filter, tenant, Self.operatorSubject, .whole, .whole)
    }

    private func position(
        _ call: Call, _ filter: EventFilter, _ tenant: TenantID, _ subject: UUIDv7
    ) throws(Problem) -> EventStore.Position? {
        guard let cursor = call.query.string("cursor") else { return nil }
        let parts = try cursors.decode(cursor, tenant: tenant, subject: subject, query: filter.fingerprint)
        guard let position = EventStore.Position(parts: parts) else {
            throw .invalidQuery("cursor", "is not a cursor of this list")
        }
        return position
    }

    private func reply(
        _ page: TrailReader.Page, _ filter: EventFilter, _ tenant: TenantID, _ subject: UUIDv7, _ sight: TrailSight,
        _ changes: ChangeSight
    ) -> Reply {
        let next = page.next.map {
            cursors.encode($0.parts, tenant: tenant, subject: subject, query: filter.fingerprint)
        }
        let items = page.items.map { ShownEvent($0.event, sequence: $0.sequence, sight, changes).wire }
        return .page(items, next: next)
    }

    private static func metadata(_ filter: EventFilter, _ page: TrailReader.Page) -> [String: JSONValue] {
        ["filter": .object(filter.metadata), "shown": .integer(Int64(page.items.count))]
    }
}
