import HRDomain
import ServiceKit
import WireFormat

/// `/v1/employees`: decode, call, encode.
struct EmployeeRoutes: Sendable {
    let queries: EmployeeQueries
    let commands: EmployeeCommands
    let amendments: EmployeeAmendments

    /// Query parameters that every list knows.
    private static let paging: Set<String> = ["limit", "cursor", "sort"]
    /// What a list can be narrowed by.
    private static let filters: Set<String> = ["department", "manager", "country", "status"]
    /// A search text longer than this holds more than the eight words that are sought.
    private static let longestSearch = 200

    /// The routes.
    var routes: [Route] {
        [
            Route(
                .get, "/v1/employees", access: .user(action: ActionName.employeeView.text),
                query: Self.paging.union(Self.filters), handler: list),
            Route(
                .get, "/v1/employees/search", access: .user(action: ActionName.employeeView.text),
                query: Self.paging.union(Self.filters).union(["q"]), handler: search),
            Route(
                .post, "/v1/employees", access: .user(action: ActionName.employeeCreate.text), body: .json,
                handler: create),
            Route(.get, "/v1/employees/{id}", access: .user(action: ActionName.employeeView.text), handler: read),
            Route(
                .patch, "/v1/employees/{id}", access: .user(action: ActionName.employeeUpdate.text), body: .json,
                handler: update),
            Route(
                .post, "/v1/employees/{id}/terminate", access: .user(action: ActionName.employeeTerminate.text),
                body: .json, handler: terminate),
            Route(
                .put, "/v1/employees/{id}/manager", access: .user(action: ActionName.employeeChangeManager.text),
                body: .json, handler: assign),
            Route(
                .put, "/v1/employees/{id}/member", access: .user(action: ActionName.employeeLinkMember.text),
                body: .json, handler: link),
        ]
    }

    @Sendable private func read(_ call: Call) async throws -> Reply {
        Self.reply(try await queries.read(call, call.uuid("id")))
    }

    @Sendable private func list(_ call: Call) async throws -> Reply {
        try await page(call, try listing(call))
    }

    @Sendable private func search(_ call: Call) async throws -> Reply {
        let text = try call.query.required("q")
        guard text.utf8.count <= Self.longestSearch, let terms = SearchWords.terms(of: text) else {
            throw Problem.invalidQuery("q", "must hold 1 to \(SearchWords.queryLimit) words")
        }
        var listing = try listing(call)
        listing.terms = terms
        return try await page(call, listing)
    }

    @Sendable private func create(_ call: Call) async throws -> Reply {
        try await commands.create(call, call.decode(NewEmployee.self).values)
    }

    @Sendable private func update(_ call: Call) async throws -> Reply {
        let changes = try call.decode(EmployeeChanges.self)
        guard !changes.values.values.isEmpty else { throw Problem.invalidField("", "must state at least one field") }
        return Self.reply(try await amendments.update(call, call.uuid("id"), changes.values))
    }

    @Sendable private func terminate(_ call: Call) async throws -> Reply {
        let body = try call.decode(Termination.self)
        return Self.reply(try await amendments.terminate(call, call.uuid("id"), on: body.terminatedOn))
    }

    @Sendable private func assign(_ call: Call) async throws -> Reply {
        let body = try call.decode(ManagerAssignment.self)
        return Self.reply(try await amendments.assign(call, call.uuid("id"), manager: body.manager))
    }

    @Sendable private func link(_ call: Call) async throws -> Reply {
        let body = try call.decode(MemberLink.self)
        return Self.reply(try await amendments.link(call, call.uuid("id"), member: body.member))
    }

    private func page(_ call: Call, _ listing: EmployeeListing) async throws -> Reply {
        let (items, next) = try await queries.page(call, listing, cursor: call.query.string("cursor"))
        return .page(items.map(\.wire), next: next)
    }

    private func listing(_ call: Call) throws -> EmployeeListing {
        var listing = EmployeeListing(limit: try call.query.limit())
        if let sort = call.query.string("sort") {
            listing.isDescending = sort.hasPrefix("-")
            guard let order = EmployeeListing.Order(rawValue: listing.isDescending ? String(sort.dropFirst()) : sort)
            else {
                let known = EmployeeListing.Order.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
                throw Problem.invalidQuery("sort", "is none of \(known), with `-` in front for the other way round")
            }
            listing.order = order
        }
        listing.department = try call.query.uuid("department")
        listing.manager = try call.query.uuid("manager")
        listing.status = try call.query.choice("status")
        if let code = call.query.string("country") {
            guard let country = Country(code) else {
                throw Problem.invalidQuery("country", "must be \(Country.expectation)")
            }
            listing.country = country
        }
        return listing
    }

    private static func reply(_ seen: (view: EmployeeView, tag: ETag)) -> Reply {
        Reply.json(seen.view.wire).tagged(seen.tag)
    }
}
