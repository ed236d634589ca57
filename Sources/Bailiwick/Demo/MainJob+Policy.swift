import Foundation
import WireFormat

extension MainJob {
    /// Step 8. The edit is made in the installation's own copy of the policies.
    func editingPolicy(_ play: inout Screenplay) async throws {
        let analyst = try persona("analyst")
        let file = installation.policies + "/modules/employee.yaml"
        let original = String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
        await play.step("8a", "a policy file now lets analysts view their subtree; nothing is restarted") {
            let before = try await numbers(seenBy: analyst)
            let anchor = "\ngrants:\n"
            try require(original.contains(anchor), "`grants:` in \(file)")
            let grant = "  - id: analysts-view-subtree\n    roles: [analyst]\n    actions: [view]\n    scope: sub\n"
            try write(original.replacing(anchor, with: anchor + grant), to: file)
            let expected = try await numbersInCSV(under: analyst)
            let after = try await eventually(within: .seconds(5)) {
                let seen = try await numbers(seenBy: analyst)
                return seen == expected ? seen : nil
            }
            try require(before != after, "a different list")
            return "\(before.count) before, \(after.count) after, as in the CSV"
        }
        await play.step("8b", "a broken edit is refused with path:line:column, and the good policy stays in force") {
            let edited = String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
            defer { try? write(edited, to: file) }
            try write(edited.replacing("roles: [analyst]", with: "roles: [analist]"), to: file)
            let complaint = try await eventually(within: .seconds(5)) {
                try await policyError().flatMap { $0.contains("analist") ? $0 : nil }
            }
            let place = try Regex(#"employee\.yaml:[0-9]+:[0-9]+: "#)
            try require(complaint.contains(place), "path:line:column in `\(complaint)`")
            let expected = try await numbersInCSV(under: analyst)
            try require(try await numbers(seenBy: analyst) == expected, "the same list as before")
            return complaint
        }
    }

    /// What the engine says of the last edit that it refused.
    private func policyError() async throws -> String? {
        try await `operator`.policyBundle()["refused_edit"]?["errors"]?.array?.first?.string
    }

    private func write(_ text: String, to file: String) throws {
        // A rename, as editors do: the engine sees the old file or the new one.
        try Data(text.utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
    }

    /// The first value that `look` finds, asked again until the time is over.
    func eventually<T>(within limit: Duration, _ look: () async throws -> T?) async throws -> T {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if let value = try await look() { return value }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw StepFailure(description: "expected it within \(limit)")
    }
}
