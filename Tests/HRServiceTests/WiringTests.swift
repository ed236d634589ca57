import Foundation
import KeyVault
import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import HRService

@Suite("The wiring")
struct WiringTests {
    private static func environment(_ folder: URL) throws -> [String: String] {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        func write(_ name: String, _ bytes: [UInt8]) throws -> String {
            let path = folder.appending(path: name).path
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            return path
        }
        let keys = ServiceName.all.map { ServiceKeyFiles.generate(for: $0) }
        let own = try #require(keys.first { $0.service == .hr })
        let kek = folder.appending(path: "kek.json").path
        _ = try KeyFile.create(at: kek)
        return [
            "BAILIWICK_PUBLIC_PORT": "0", "BAILIWICK_INTERNAL_PORT": "0", "BAILIWICK_KEK_FILE": kek,
            "BAILIWICK_DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
            "BAILIWICK_SERVICE_KEY_FILE": try write("service.json", own.keyFile.reveal()),
            "BAILIWICK_SERVICE_REGISTRY": try write("registry.json", ServiceKeyFiles.registry(of: keys)),
            "BAILIWICK_PEERS_AUTH": "http://127.0.0.1:1", "BAILIWICK_PEERS_POLICY": "http://127.0.0.1:1",
            "BAILIWICK_PEERS_AUDIT": "http://127.0.0.1:1", "BAILIWICK_ISSUER": "http://127.0.0.1:1",
        ]
    }

    private func withRuntime<R>(_ body: (ServiceRuntime) throws -> R) throws -> R {
        let folder = FileManager.default.temporaryDirectory.appending(path: "hr-wiring-\(UUIDv7.generate())")
        defer { try? FileManager.default.removeItem(at: folder) }
        let settings = try Settings(environment: Self.environment(folder))
        return try body(HRService.build(settings, logger: TestDatabase.quiet))
    }

    @Test("every route is in openapi.yaml, and nothing else is")
    func description() throws {
        try withRuntime { runtime in
            let document = try OpenAPIDocument(path: HRService.openAPIPath)
            let routes = runtime.publicRoutes.routes + runtime.internalRoutes.routes
            #expect(document.mismatches(with: routes) == [])
        }
    }

    @Test("every public route of the domain names a policy action of its own module")
    func actions() throws {
        try withRuntime { runtime in
            for route in runtime.publicRoutes.routes where route.path.hasPrefix("/v1/") {
                guard case .user(let action) = route.access else {
                    Issue.record("\(route.name) names no action")
                    continue
                }
                #expect(action.hasPrefix(route.path.hasPrefix("/v1/departments") ? "department." : "employee."))
            }
        }
    }
}

@Suite("Bodies")
struct EmployeeWireTests {
    @Test("every field has a reading, and the names are those of the policy")
    func readings() throws {
        for field in EmployeeField.allCases {
            #expect(throws: WireValueError.self) { try field.canonical(.bool(true)) }
        }
    }

    @Test(
        "what is wrong is pointed at",
        arguments: [
            (["given_name": "A", "family_name": "B", "hired_on": "2020-01-01"], ["/employee_number"]),
            (
                ["employee_number": "1", "given_name": "A", "family_name": .null, "hired_on": "x"],
                ["/family_name", "/hired_on"]
            ),
            (
                [
                    "employee_number": "1", "given_name": "A", "family_name": "B", "hired_on": "2020-01-01",
                    "salary": ["amount": "-1.00", "currency": "EUR"], "terminated_on": "2020-01-01", "x/y": 1,
                ], ["/salary/amount", "/terminated_on", "/x~1y"]
            ),
            (
                [
                    "employee_number": "1", "given_name": "A", "family_name": "B", "hired_on": "2020-01-01",
                    "birth_date": "2020-01-01",
                ], ["/birth_date"]
            ),
        ] as [(JSONValue, [String])])
    func creates(body: JSONValue, pointers: [String]) {
        do {
            _ = try NewEmployee.decode(from: body)
            Issue.record("accepted")
        } catch {
            #expect(error.errors.map(\.pointer).sorted() == pointers)
        }
    }

    @Test("null clears in an update, except what nobody can be without")
    func updates() throws {
        let changes = try EmployeeChanges.decode(from: ["email": .null, "job_title": "Head"])
        #expect(changes.values.values == [.email: .null, .jobTitle: "Head"])
        for body in [["given_name": .null], ["manager_id": .null], ["member_id": .null], ["id": "x"]] as [JSONValue] {
            #expect(throws: FieldErrors.self) { try EmployeeChanges.decode(from: body) }
        }
    }
}
