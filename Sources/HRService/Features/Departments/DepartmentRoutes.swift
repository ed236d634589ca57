import ServiceKit
import WireFormat

/// `/v1/departments`: decode, call, encode.
struct DepartmentRoutes: Sendable {
    let queries: DepartmentQueries
    let commands: DepartmentCommands

    /// The routes.
    var routes: [Route] {
        [
            Route(
                .get, "/v1/departments", access: .user(action: ActionName.departmentView.text),
                query: ["limit", "cursor"], handler: list),
            Route(
                .post, "/v1/departments", access: .user(action: ActionName.departmentCreate.text), body: .json,
                handler: create),
            Route(.get, "/v1/departments/{id}", access: .user(action: ActionName.departmentView.text), handler: read),
            Route(
                .patch, "/v1/departments/{id}", access: .user(action: ActionName.departmentUpdate.text), body: .json,
                handler: update),
        ]
    }

    @Sendable private func list(_ call: Call) async throws -> Reply {
        let (items, next) = try await queries.page(
            call, limit: call.query.limit(), cursor: call.query.string("cursor"))
        return .page(items.map(\.wire), next: next)
    }

    @Sendable private func read(_ call: Call) async throws -> Reply {
        try Self.reply(try await queries.read(call, call.uuid("id")))
    }

    @Sendable private func create(_ call: Call) async throws -> Reply {
        try await commands.create(call, call.decode(NewDepartment.self))
    }

    @Sendable private func update(_ call: Call) async throws -> Reply {
        let body = try call.decode(DepartmentChanges.self)
        return try Self.reply(try await commands.update(call, call.uuid("id"), body))
    }

    private static func reply(_ view: DepartmentView) throws -> Reply {
        guard let tag = ETag(view.tag) else { throw Problem.internalError }
        return Reply.json(view.wire).tagged(tag)
    }
}
