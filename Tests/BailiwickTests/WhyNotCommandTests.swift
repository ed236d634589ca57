import Foundation
import Subprocess
import SystemPackage
import Testing
import WireFormat

/// What `explain`, `eval` and `lint` print beside the decision.
@Suite("bailiwick policy tells why not, and by which time")
struct WhyNotCommandTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    private func policy(
        _ arguments: [String], input: String = "", in place: String = root
    ) async throws -> (code: TerminationStatus, output: String) {
        let result = try await Subprocess.run(
            .path(FilePath(Self.root + "/.build/debug/bailiwick")), arguments: Arguments(["policy"] + arguments),
            workingDirectory: FilePath(place), input: .string(input), output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20))
        return (result.terminationStatus, result.standardOutput)
    }

    private static let question = [
        "explain", "leave.approve", "--role", "employee", "--id", "l-1", "--about", "e-ann", "--chain", "x",
        "--attribute", "status=requested",
    ]

    @Test("explain ends with what would allow it, whole or for the person concerned")
    func explain() async throws {
        let whole = try await policy(Self.question)
        #expect(whole.code == .exited(2))
        #expect(
            whole.output.contains(
                "what would allow it:\n  - role `hr_lead`\n      by grant `leave/human-resources-decides` at policies/modules/leave.yaml:"
            ),
            "\(whole.output)")
        let told = try await policy(Self.question + ["--for-user"])
        #expect(
            told.output == """
                denied
                what would allow it:
                  - the role `hr_lead`
                  - the role `manager` and being the person's nearest manager
                  - the role `manager` and standing in the person's manager chain

                """)
        let json = try JSONValue.parse(try await policy(Self.question + ["--json"]).output)
        #expect(json["why_not"]?["ways"]?.array?.first?["changes"]?.array?.first?["kind"] == "role")
        #expect(json["why_not"]?["ways"]?.array?.first?["verified"] == true)
        let forUser = try JSONValue.parse(try await policy(Self.question + ["--json", "--for-user"]).output)
        #expect(forUser["decision"] == false && forUser["steps"] == nil)
        #expect(forUser["why_not"]?["ways"]?.array?.count == 3)
    }

    @Test("eval adds it to denials when asked")
    func eval() async throws {
        let line =
            #"{"subject":{"id":"m","properties":{"tenant":"t","roles":["viewer"]}},"action":{"name":"leave.view"},"resource":{"type":"leave","id":"1","properties":{"tenant":"t","subject_id":"e"}}}"#
        #expect(try JSONValue.parse(try await policy(["eval"], input: line).output)["why_not"] == nil)
        let admin = try JSONValue.parse(try await policy(["eval", "--why-not", "admin"], input: line).output)
        #expect(admin["decision"] == false)
        #expect(admin["why_not"]?.text.contains("leave/human-resources") == true)
        let user = try JSONValue.parse(try await policy(["eval", "--why-not", "user"], input: line).output)
        #expect(user["why_not"]?.text.contains("leave/") == false)
        #expect(user["why_not"]?["ways"]?.array?.isEmpty == false)
    }

    @Test("lint takes the time from --now, else from the clock")
    func lint() async throws {
        let place = FileManager.default.temporaryDirectory.path + "/bw-lint-\(UUIDv7.generate())"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: place) }
        try "roles: {hr: {}}\n".write(toFile: place + "/roles.yaml", atomically: true, encoding: .utf8)
        let module = """
            module: m
            owner: hr
            attributes: {id: string}
            actions: {view: {}}
            grants:
              - {id: a, roles: [hr], actions: [view], scope: all, until: 2020-01-01}
            fields: {basic: {fields: [id], read: [{roles: [hr], scope: all}]}}
            """
        try module.write(toFile: place + "/m.yaml", atomically: true, encoding: .utf8)
        #expect(try await policy(["lint", place]).output.contains("[expired-rule]"))
        #expect(try await policy(["lint", place, "--now", "2020-01-01T00:00:00Z"]).output.contains("[expired-rule]"))
        let before = try await policy(["lint", place, "--now", "2019-12-31T23:59:59Z", "--strict"])
        #expect(before.code == .exited(0) && !before.output.contains("[expired-rule]"), "\(before.output)")
        #expect(try await policy(["lint", place, "--now", "soon"]).code == .exited(64))
    }
}
