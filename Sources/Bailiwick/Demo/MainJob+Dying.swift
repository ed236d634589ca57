import Foundation
import NIOHTTP1
import WireFormat

extension MainJob {
    /// Step 11.
    func dying(_ play: inout Screenplay) async throws {
        let (lead, worker) = (try persona("hr_lead"), try persona("employee"))
        await play.step("11a", "PolicyEngine is killed while requests run: 503 within a second, then service resumes") {
            try await api.send(.GET, employee(worker.employee), token: lead.token).with(status: 200)
            try kill(.policy)
            var refused = 0
            var slowest = Duration.zero
            let resumed = try await eventually(within: .seconds(20)) { () -> Int? in
                let start = ContinuousClock.now
                let answer = try await api.send(.GET, employee(worker.employee), token: lead.token)
                slowest = max(slowest, .now - start)
                if answer.status == 200 { return refused > 0 ? refused : nil }
                try answer.with(status: 503)
                try require(answer.json["given_name"] == nil, "no business data in a 503")
                try require(answer.headers["content-type"] == "application/problem+json", "a problem")
                refused += 1
                return nil
            }
            try require(slowest < .seconds(1), "an answer within a second, not after \(slowest)")
            return "\(resumed) answers 503, the slowest after \(Self.milliseconds(slowest)); then 200 again"
        }
        await play.step("11b", "AuditService is killed while changes are made: nothing acknowledged is lost") {
            var acknowledged: [String] = []
            for number in 0..<60 {
                if number == 20 { try kill(.audit) }
                let read = try await api.send(.GET, employee(worker.employee), token: lead.token).with(status: 200)
                let answer = try await api.send(
                    .PATCH, employee(worker.employee), token: lead.token,
                    body: .json(["preferred_name": .string("Change \(number)")]),
                    headers: [("If-Match", try require(read.headers["etag"], "an ETag"))])
                if answer.status == 200 {
                    acknowledged.append(try require(answer.headers["x-request-id"], "a request id"))
                }
            }
            try require(acknowledged.count >= 20, "changes that were acknowledged, not \(acknowledged.count)")
            let tenant = try require(TenantID(harbourlight.id), "a tenant")
            _ = try await eventually(within: .seconds(30)) { () -> Bool? in
                let trail = (try? await self.trail(of: tenant)) ?? []
                let written = Set(
                    trail.filter { $0["action"] == "employee.update" }.compactMap { $0["request_id"]?.string })
                return Set(acknowledged).isSubset(of: written) ? true : nil
            }
            return "\(acknowledged.count) changes acknowledged, all in the log after its return"
        }
    }

    /// The whole trail of a tenant, as the operator sees it, oldest first.
    func trail(of tenant: TenantID) async throws -> [JSONValue] {
        var events: [JSONValue] = []
        var cursor: String?
        repeat {
            let page = try await `operator`.events(tenant: tenant, after: cursor)
            events += page["items"]?.array ?? []
            cursor = page["next_cursor"]?.string
        } while cursor != nil
        return events
    }

    /// Ends a service as a crash would, by its own process id.
    private func kill(_ member: Member) throws {
        let now = try installation.currentEndpoints()
        let processID = try require(now.processIDs[member.rawValue], "a process id of \(member.rawValue)")
        try require(Glibc.kill(processID, SIGKILL) == 0, "to kill process \(processID)")
    }

    private static func milliseconds(_ duration: Duration) -> String { "\(Int(duration / .milliseconds(1))) ms" }
}
