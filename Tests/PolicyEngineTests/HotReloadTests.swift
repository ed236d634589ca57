import AsyncHTTPClient
import Foundation
import IdentityClient
import NIOCore
import NIOHTTP1
import Postgres
import SQLQuery
import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import PolicyEngine

/// The story of a security team's edit.
@Suite("hot reload")
struct HotReloadTests {
    @Test("an edit is in force within a second, a broken one is refused and the good one stays, all on the record")
    func story() async throws {
        try await withEngine { engine in
            let employee = UUIDv7.generate()
            let analyst = engine.user(roles: ["analyst"], employee: employee)
            let below = FactRulesTests.question.setting("subject.id", to: analyst.subject.wire)
                .setting("resource.properties.manager_chain", to: [employee.wire])
            func mayView() async throws -> Bool? {
                try await engine.ask("/access/v1/evaluation", below, as: analyst).body["decision"]?.bool
            }
            #expect(try await mayView() == false)
            let first = try await engine.bundle()["revision"]?.string

            // 1. Analysts may view their subtree.
            let file = engine.policies + "/modules/employee.yaml"
            let original = try String(contentsOfFile: file, encoding: .utf8)
            let grant = "grants:\n  - id: analysts\n    roles: [analyst]\n    actions: [view]\n    scope: sub\n"
            let edited = original.replacingOccurrences(of: "grants:\n", with: grant)
            #expect(edited != original)
            try write(edited, to: file)
            #expect(try await eventually { try await mayView() == true })
            let second = try await engine.bundle()["revision"]?.string
            #expect(second != first)

            // 2. A broken edit: the place and the cause, and the good policy goes on.
            try write(edited.replacingOccurrences(of: "roles: [analyst]", with: "roles: [analist]"), to: file)
            #expect(try await eventually { try await engine.bundle()["refused_edit"] != nil })
            let state = try await engine.bundle()
            #expect(state["revision"]?.string == second)
            let error = state["refused_edit"]?["errors"]?.array?.first?.string ?? ""
            let line =
                edited.components(separatedBy: "\n").firstIndex { $0.contains("roles: [analyst]") }.map { $0 + 1 } ?? 0
            #expect(error.hasPrefix("\(file):\(line):13: unknown role `analist`"), "\(error)")
            #expect(error.contains("did you mean `analyst`?"))
            #expect(try await mayView() == true)
            #expect(try await isReady(engine), "the last good policy still decides")

            // 3. A directory that vanished is a broken edit too.
            try FileManager.default.moveItem(atPath: engine.policies, toPath: engine.policies + "-away")
            #expect(
                try await eventually {
                    try await engine.bundle()["refused_edit"]?["errors"]?.array?.first?.string?.contains(
                        "cannot be read") == true
                })
            #expect(try await mayView() == true)
            try FileManager.default.moveItem(atPath: engine.policies + "-away", toPath: engine.policies)

            // 4. The edit is taken back.
            try write(original, to: file)
            #expect(try await eventually { try await mayView() == false })
            #expect(try await engine.bundle()["revision"]?.string == first)
            #expect(try await engine.bundle()["refused_edit"] == nil)

            // 5. Every step is in the history and, for the trail of `system`, in the outbox.
            let database = try #require(engine.database).database(.policy)
            let scope = TenantJob(name: "test", tenant: .system).tenantScope
            let history: [String] = try await database.query(
                scope, "SELECT outcome FROM bundle_history ORDER BY happened, id"
            )
            .map { try $0.get("outcome") }
            #expect(history.prefix(3) == ["activated", "activated", "refused"])
            #expect(history.last == "activated")
            let events: [JSONValue] = try await database.query(scope, "SELECT payload FROM outbox ORDER BY id")
                .map { try JSONValue.parse(try $0.get("payload", as: String.self)) }
            #expect(events.count == history.count)
            let texts = events.map { String(decoding: $0.bytes(), as: UTF8.self) }
            #expect(
                texts.allSatisfy { $0.contains(#""policy.bundle.activate""#) && $0.contains(#""tenant":"system""#) })
            #expect(texts.contains { $0.contains("broken-bundle") && $0.contains("analist") })
            await database.close()
        }
    }

    @Test("a file that is being written is not judged half-way, and files of editors are no policies")
    func halfWritten() async throws {
        try await withEngine { engine in
            let first = try await engine.bundle()["revision"]?.string
            for name in [".employee.yaml.swp", "#employee.yaml#", "employee.yaml~", "notes.txt"] {
                try write("module: [", to: engine.policies + "/" + name)
            }
            // Formatting is not content.
            let file = engine.policies + "/modules/policy.yaml"
            let original = try String(contentsOfFile: file, encoding: .utf8)
            try write("# a comment\n" + original, to: file)
            try await Task.sleep(for: .milliseconds(1500))
            let state = try await engine.bundle()
            #expect(state["refused_edit"] == nil)
            #expect(state["revision"]?.string == first)
        }
    }

    @Test(
        "a missing, empty or broken directory stops the start with one clear line",
        arguments: [
            ("missing", nil, "cannot be read: no such file or directory"), ("empty", [:], "no `*.yaml` file"),
            ("broken", ["roles.yaml": "roles: {a: {inherits: [b]}}"], "roles.yaml:1:"),
        ] as [(String, [String: String]?, String)])
    func start(name: String, files: [String: String]?, message: String) async throws {
        let identities = try ServiceIdentities()
        defer { identities.remove() }
        let directory = identities.directory + "/" + name
        if let files {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            for (file, text) in files { try write(text, to: directory + "/" + file) }
        }
        let settings = try Settings(environment: [
            "BAILIWICK_PUBLIC_PORT": "0", "BAILIWICK_INTERNAL_PORT": "0", "BAILIWICK_DATABASE_URL": "postgres://x@/x",
            "BAILIWICK_SERVICE_KEY_FILE": identities.keyFile(.policy),
            "BAILIWICK_SERVICE_REGISTRY": identities.registry, "BAILIWICK_POLICY_DIRECTORY": directory,
            "BAILIWICK_ISSUER": issuer.issuer, "BAILIWICK_PEERS_AUTH": "http://127.0.0.1:1",
            "BAILIWICK_PEERS_AUDIT": "http://127.0.0.1:1",
        ])
        let error = await #expect(throws: (any Error).self) {
            _ = try await PolicyEngine.build(settings, logger: .silent)
        }
        let line = error.map { String(describing: $0) } ?? ""
        #expect(line.contains(message), "\(line)")
        #expect(!line.contains("\n"))
    }

    private func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    private func isReady(_ engine: RunningEngine) async throws -> Bool {
        try await HTTPClient.shared.execute(
            HTTPClientRequest(url: engine.publicURL + "/health/ready"), timeout: .seconds(2)
        ).status == .ok
    }
}
