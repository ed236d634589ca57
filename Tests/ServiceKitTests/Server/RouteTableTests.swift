import HTTPTypes
import Testing

@testable import ServiceKit

@Suite struct RouteTableTests {
    private func route(_ method: HTTPRequest.Method, _ path: String) -> Route {
        Route(method, path, access: .open(because: "a test")) { _ in .empty() }
    }

    private func found(_ table: RouteTable, _ method: HTTPRequest.Method, _ path: String) -> String {
        switch table.match(method, path[...]) {
        case .route(let route, let parameters):
            let values = parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            return ([route.name] + values).joined(separator: " ")
        case .methodNotAllowed(let allowed): return "allows " + allowed.map(\.rawValue).sorted().joined(separator: ",")
        case .undecodable: return "undecodable"
        case .nothing: return "nothing"
        }
    }

    @Test func findsRoutesByMethodAndPath() throws {
        let table = try RouteTable([
            route(.get, "/v1/employees"), route(.post, "/v1/employees"), route(.get, "/v1/employees/{id}"),
            route(.get, "/v1/employees/search"), route(.put, "/v1/employees/{id}/manager"),
            route(.get, "/v1/{kind}/{id}/history"), route(.get, "/"),
        ])
        #expect(found(table, .get, "/v1/employees") == "GET /v1/employees")
        #expect(found(table, .get, "/v1/employees/7") == "GET /v1/employees/{id} id=7")
        #expect(found(table, .get, "/v1/employees/search") == "GET /v1/employees/search")
        #expect(found(table, .get, "/v1/employees/a%20b") == "GET /v1/employees/{id} id=a b")
        #expect(found(table, .get, "/v1/employees/a%2Fb") == "GET /v1/employees/{id} id=a/b")
        #expect(found(table, .get, "/v1/employees/7/history") == "GET /v1/{kind}/{id}/history id=7 kind=employees")
        #expect(found(table, .put, "/v1/employees/search/manager") == "PUT /v1/employees/{id}/manager id=search")
        #expect(found(table, .get, "/") == "GET /")
        #expect(found(table, .delete, "/v1/employees") == "allows GET,POST")
        #expect(found(table, .get, "/v1/employees/") == "nothing")
        #expect(found(table, .get, "/v1/employees//manager") == "nothing")
        #expect(found(table, .get, "/v1") == "nothing")
        #expect(found(table, .get, "*") == "nothing")
        #expect(found(table, .get, "") == "nothing")
        #expect(found(table, .get, "/v1/employees/%FF") == "undecodable")
        #expect(found(table, .get, String(repeating: "/a", count: 500)) == "nothing")
    }

    @Test func refusesMistakes() {
        let tables: [[Route]] = [
            [route(.get, "/a"), route(.get, "/a")], [route(.get, "/a/{b}"), route(.get, "/a/{c}")], [route(.get, "a")],
            [route(.get, "/{a")], [route(.get, "/{}")], [route(.get, "/{a}/{a}")],
        ]
        for routes in tables { #expect(throws: RouteTable.Mistake.self) { try RouteTable(routes) } }
    }
}
