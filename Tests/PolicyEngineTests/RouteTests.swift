import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import PolicyCore
import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import PolicyEngine

@Suite("routes")
struct RouteTests {
    @Test("the OpenAPI document has every route and no other")
    func document() async throws {
        let document = try OpenAPIDocument(path: PackageRoot.path + "/Sources/PolicyEngine/openapi.yaml")
        try await withEngine { engine in
            let served = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: engine.publicURL + "/openapi.json"), timeout: .seconds(2))
            #expect(Array(buffer: try await served.body.collect(upTo: 1 << 20)) == document.json)
        }
        let loader = BundleLoader(directory: PolicyDirectory(path: PackageRoot.path + "/policies"))
        let routes = Routes(
            active: ActiveBundle(try await loader.first(), at: .now()),
            address: PublicAddress(try ListenerConfiguration(address: .tcp(host: "127.0.0.1", port: 0))),
            verifier: Nobody())
        let standing: Set<String> = ["GET /health/live", "GET /health/ready", "GET /openapi.json", "GET /metrics"]
        let own = Set((routes.public + routes.internal).map(\.name))
        #expect(document.operations == own.union(standing))
    }

    @Test("only enforcement points ask for decisions, and only services and the operator see the state")
    func callers() async throws {
        try await withEngine { engine in
            let user = engine.user(roles: ["owner"], member: FactRulesTests.member)
            for path in ["/access/v1/evaluation", "/access/v1/evaluations", "/v1/plan"] {
                for (service, allowed) in [(ServiceName.hr, true), (.auth, true), (.audit, true), (.operator, false)] {
                    let status = try await engine.ask(path, FactRulesTests.question, as: user, from: service).status
                    #expect((status != 403) == allowed || (service != .hr && status == 403), "\(path) \(service)")
                    if service == .operator { #expect(status == 403) }
                }
                // Without the user's token nobody asks.
                let anonymous = try await engine.client().send(
                    .post, path, body: FactRulesTests.question, requestID: .generate(), deadline: .seconds(2))
                #expect(anonymous.status == .unauthorized)
                // Without a service token nothing is answered.
                var request = HTTPClientRequest(url: engine.internalURL + path)
                request.method = .POST
                request.headers.add(name: "content-type", value: "application/json")
                request.headers.add(name: "authorization", value: "Bearer " + user.compact.reveal())
                request.body = .bytes(FactRulesTests.question.bytes())
                let unsigned = try await HTTPClient.shared.execute(request, timeout: .seconds(2))
                #expect(unsigned.status == .unauthorized)
                #expect(unsigned.headers["service-token"].isEmpty)
            }
            #expect(try await engine.bundle()["modules"]?.array?.contains("employee") == true)
        }
    }

    @Test("the metadata names the endpoints of the public listener")
    func discovery() async throws {
        try await withEngine { engine in
            let response = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: engine.publicURL + "/.well-known/authzen-configuration"), timeout: .seconds(2))
            let metadata = try JSONValue.parse(Array(buffer: try await response.body.collect(upTo: 1 << 16)))
            #expect(metadata["policy_decision_point"]?.string == engine.publicURL)
            #expect(metadata["access_evaluation_endpoint"]?.string == engine.publicURL + "/access/v1/evaluation")
        }
    }
}

/// Accepts no token.
struct Nobody: AccessTokenVerifier {
    func verify(_ compact: String) async throws(Problem) -> AccessToken { throw .unauthenticated("nobody is known") }
}
