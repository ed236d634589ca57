import Foundation
import KeyVault
import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import AuthService

@Suite("The wiring")
struct RouteTests {
    private func withRuntime<R>(
        _ changes: [String: String] = [:], _ body: (() throws -> ServiceRuntime) throws -> R
    ) throws -> R {
        let directory = FileManager.default.temporaryDirectory.appending(path: "auth-wiring-\(UUIDv7.generate())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        func write(_ name: String, _ bytes: [UInt8]) throws -> String {
            let path = directory.appending(path: name).path
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            return path
        }
        let keys = ServiceName.all.map { ServiceKeyFiles.generate(for: $0) }
        let own = try #require(keys.first { $0.service == .auth })
        let kek = directory.appending(path: "kek").path
        _ = try KeyFile.create(at: kek)
        var environment = [
            "BAILIWICK_PUBLIC_PORT": "0", "BAILIWICK_INTERNAL_PORT": "0",
            "BAILIWICK_DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
            "BAILIWICK_SERVICE_KEY_FILE": try write("service.json", own.keyFile.reveal()),
            "BAILIWICK_SERVICE_REGISTRY": try write("registry.json", ServiceKeyFiles.registry(of: keys)),
            "BAILIWICK_KEK_FILE": kek, "BAILIWICK_PEERS_POLICY": "http://127.0.0.1:1",
            "BAILIWICK_PEERS_AUDIT": "http://127.0.0.1:1", "BAILIWICK_ISSUER": IdentityFixture.issuer,
            "BAILIWICK_PASSWORD_COST": "10",
        ]
        for (name, value) in changes { environment[name] = value }
        return try body { try AuthService.build(Settings(environment: environment), logger: TestDatabase.quiet) }
    }

    @Test("every route is in openapi.yaml, and nothing else is")
    func description() throws {
        try withRuntime { build in
            let runtime = try build()
            let document = try OpenAPIDocument(path: AuthService.openAPIPath)
            #expect(document.mismatches(with: runtime.publicRoutes.routes + runtime.internalRoutes.routes) == [])
        }
    }

    @Test("internal routes name their callers, public ones are open for a reason or want a user")
    func access() throws {
        try withRuntime { build in
            let runtime = try build()
            for route in runtime.internalRoutes.routes where route.path.hasPrefix("/internal/") {
                guard case .service(let callers, let user) = route.access else {
                    Issue.record("\(route.name) names no callers")
                    continue
                }
                #expect(!callers.isEmpty)
                if route.path.hasSuffix("/employee"), case .none = user { Issue.record("\(route.name) wants a user") }
            }
            for route in runtime.publicRoutes.routes where route.path.hasPrefix("/v1/") {
                if case .service = route.access { Issue.record("\(route.name) is a public route for services") }
            }
        }
    }

    @Test("a cost below the floor stops the start with a clear line", arguments: ["4", "9"])
    func cost(value: String) throws {
        try withRuntime(["BAILIWICK_PASSWORD_COST": value]) { build in
            let refusal = #expect(throws: AuthService.SettingRefused.self) { _ = try build() }
            #expect(refusal?.description.contains("BAILIWICK_PASSWORD_COST") == true)
        }
    }

    @Test(
        "a body that is not right is refused with the pointer, and nothing is taken from it",
        arguments: [
            (["email": "a@example.org"], "/password"), (["email": 1, "password": "x"], "/email"),
            (["email": "a@example.org", "password": "x", "role": "owner"], "/role"),
            (["email": "a@example.org", "password": "x", "organisation": "'; DROP TABLE account --"], "/organisation"),
            (["email": .string(String(repeating: "a", count: 1_000_000)), "password": "x"], "/email"),
        ] as [(JSONValue, String)])
    func badBodies(body: JSONValue, pointer: String) {
        let errors = #expect(throws: FieldErrors.self) { try SignInRequest.decode(from: body) }
        #expect(errors?.errors.map(\.pointer) == [pointer])
    }
}
