import AuditCore
import Foundation
import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import AuditService

@Suite("The wiring")
struct WiringTests {
    private func withEnvironment<R>(_ body: ([String: String]) throws -> R) throws -> R {
        let directory = FileManager.default.temporaryDirectory.appending(path: "audit-wiring-\(UUIDv7.generate())")
        defer { try? FileManager.default.removeItem(at: directory) }
        return try body(ServiceFiles(in: directory).environment)
    }

    @Test("every route is in openapi.yaml, and nothing else is")
    func description() throws {
        try withEnvironment { environment in
            let runtime = try AuditService.build(Settings(environment: environment), logger: TestDatabase.quiet)
            let document = try OpenAPIDocument(path: AuditService.openAPIPath)
            let routes = runtime.publicRoutes.routes + runtime.internalRoutes.routes
            #expect(document.mismatches(with: routes) == [])
        }
    }

    @Test("every public route of the log asks for the same action; internal ones name their callers")
    func access() throws {
        try withEnvironment { environment in
            let runtime = try AuditService.build(Settings(environment: environment), logger: TestDatabase.quiet)
            for route in runtime.publicRoutes.routes where route.path.hasPrefix("/v1/") {
                guard case .user(action: "audit.view") = route.access else {
                    Issue.record("\(route.name) does not ask for audit.view")
                    continue
                }
            }
            for route in runtime.internalRoutes.routes where route.path.hasPrefix("/internal/") {
                guard case .service(let callers, user: .none) = route.access else {
                    Issue.record("\(route.name) names no callers")
                    continue
                }
                #expect(callers == (route.method == .post ? [.auth, .policy, .hr] : [.operator]), "\(route.name)")
            }
        }
    }

    @Test("a checkpoint key that others may read, or that is none, stops the start with a clear line")
    func checkpointKey() throws {
        try withEnvironment { environment in
            let path = try #require(environment["BAILIWICK_CHECKPOINT_KEY_FILE"])
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            let open = #expect(throws: CheckpointKeyFile.Refusal.self) { try CheckpointKeyFile.read(path) }
            #expect(open?.description.contains("0600") == true)
            try Data("{}".utf8).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            #expect(throws: CheckpointKeyFile.Refusal.self) { try CheckpointKeyFile.read(path) }
            #expect(throws: CheckpointKeyFile.Refusal.self) { try CheckpointKeyFile.read(path + ".missing") }
        }
    }
}
