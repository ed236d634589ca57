import Foundation
import WireFormat

extension MainJob {
    /// What step 9 looks for: action, outcome and, where it matters, the reason.
    private struct Expected {
        let trail: TenantID
        let step: String
        let matches: @Sendable (JSONValue) -> Bool
    }

    /// Step 9, played last, so that the evidence covers everything before it.
    func evidence(_ play: inout Screenplay) async throws {
        let harbourlight = try require(TenantID(self.harbourlight.id), "a tenant")
        let fennelgrey = try require(TenantID(self.fennelgrey.id), "a tenant")
        let attack = DatabaseAttack(directory: installation.directory)
        await play.step("9a", "the three trails together show all of the above, in order of time") {
            let trails = try await eventually(within: .seconds(10)) { () -> [TenantID: [JSONValue]]? in
                var trails: [TenantID: [JSONValue]] = [:]
                for tenant in [harbourlight, fennelgrey, .system] { trails[tenant] = try await trail(of: tenant) }
                return try missing(in: trails).isEmpty ? trails : nil
            }
            for (tenant, events) in trails {
                let times = events.compactMap { $0["time"]?.string }
                try require(times.count == events.count && times == times.sorted(), "order of time in \(tenant)")
                for event in events { try complete(event) }
            }
            return "\(trails[harbourlight]?.count ?? 0), \(trails[fennelgrey]?.count ?? 0) and "
                + "\(trails[.system]?.count ?? 0) events, each with actor, action, resource, outcome, request id, "
                + "IP and device"
        }
        await play.step("9b", "its proofs verify with `bailiwick audit verify`") {
            try await verify().trimmingCharacters(in: .whitespacesAndNewlines)
        }
        await play.step("9c", "UPDATE, DELETE and TRUNCATE are refused to the service's own database role") {
            var refusals: [String] = []
            for statement in ["UPDATE event_body SET body = body", "DELETE FROM event_body", "TRUNCATE event_body"] {
                refusals.append(try await attack.refusal(of: statement))
            }
            return refusals.joined(separator: "; ")
        }
        await play.step("9d", "a row altered by the superuser is found, and named") {
            let altered = try await attack.alterOneEvent(of: harbourlight)
            do {
                _ = try await verify()
            } catch {
                let report = "\(error)"
                try require(report.contains(altered), "event \(altered) to be named in: \(report)")
                return report.split(separator: "\n").first { $0.contains(altered) }.map(String.init) ?? altered
            }
            throw StepFailure(description: "expected verify to find event \(altered)")
        }
    }

    private func missing(in trails: [TenantID: [JSONValue]]) throws -> [String] {
        let harbourlight = try require(TenantID(self.harbourlight.id), "a tenant")
        let fennelgrey = try require(TenantID(self.fennelgrey.id), "a tenant")
        let worker = try persona("employee")
        let analyst = try persona("analyst")
        func event(_ action: String, _ outcome: String) -> @Sendable (JSONValue) -> Bool {
            { $0["action"]?.string == action && $0["outcome"]?.string == outcome }
        }
        func signIn(_ reason: String) -> @Sendable (JSONValue) -> Bool {
            { $0["action"] == "session.sign_in" && $0["outcome"] == "denied" && $0["reason"]?.string == reason }
        }
        let expected = [
            Expected(trail: harbourlight, step: "1 wrong password", matches: signIn("wrong-password")),
            Expected(trail: .system, step: "1 unknown user", matches: signIn("unknown-account")),
            Expected(trail: harbourlight, step: "2 sign-in", matches: event("session.sign_in", "allowed")),
            Expected(trail: harbourlight, step: "3 replayed code", matches: signIn("replayed-code")),
            Expected(trail: harbourlight, step: "4 list", matches: event("employee.view", "allowed")),
            Expected(
                trail: fennelgrey, step: "5 foreign id",
                matches: { $0["outcome"] == "denied" && $0["resource"]?["id"]?.string == worker.employee }),
            Expected(
                trail: harbourlight, step: "6 analyst's change",
                matches: {
                    $0["action"] == "employee.update" && $0["outcome"] == "denied"
                        && $0["actor"]?["id"]?.string == analyst.member && $0["decision"]?["id"]?.string != nil
                }),
            Expected(trail: harbourlight, step: "7 HR lead's change", matches: event("employee.update", "allowed")),
            Expected(trail: .system, step: "8 policy taken up", matches: event("policy.bundle.activate", "allowed")),
            Expected(
                trail: .system, step: "8 policy refused",
                matches: { $0["action"] == "policy.bundle.activate" && $0["outcome"] != "allowed" }),
        ]
        return expected.filter { wanted in !(trails[wanted.trail] ?? []).contains(where: wanted.matches) }.map(\.step)
    }

    /// Every event names what the issue asks for; a decision id where somebody decided.
    private func complete(_ event: JSONValue) throws {
        for field in ["id", "time", "actor", "action", "resource", "outcome", "request_id"] {
            try require(event[field] != nil && event[field] != .null, "`\(field)` in \(event.text)")
        }
        if event["actor"]?["type"] == "member" {
            for field in ["ip", "device"] { try require(event[field]?.string != nil, "`\(field)` in \(event.text)") }
        }
    }

    private func verify() async throws -> String {
        try await ForeignTools.run(
            Installation.binaries + "/bailiwick",
            [
                "audit", "verify", "--database-url-file", installation.directory.databaseURL("audit"),
                "--checkpoint-key", installation.directory.checkpointPublicKey,
            ])
    }
}
