import NIOHTTP1
import WireFormat

extension MainJob {
    /// Steps 6 and 7.
    func changing(_ play: inout Screenplay) async throws {
        let (worker, analyst, lead) = (try persona("employee"), try persona("analyst"), try persona("hr_lead"))
        let change = APIClient.Body.json(["job_title": "Senior Dock Coordinator"])
        await play.step("6", "an analyst tries to change a job title") {
            let answer = try await api.send(
                .PATCH, employee(worker.employee), token: analyst.token, body: change,
                headers: [("If-Match", "\"any\"")]
            ).with(status: 403)
            let decision = try require(answer.json["decision_id"]?.string, "a decision id")
            try require(answer.problem == "no-grant", "the reason no-grant, not \(answer.problem ?? "none")")
            return "403 no-grant, decision \(decision)"
        }
        await play.step("7", "an HR lead changes it with If-Match; a stale ETag gets 412, none 428") {
            let read = try await api.send(.GET, employee(worker.employee), token: lead.token).with(status: 200)
            let tag = try require(read.headers["etag"], "an ETag")
            try await api.send(.PATCH, employee(worker.employee), token: lead.token, body: change).with(status: 428)
            let changed = try await api.send(
                .PATCH, employee(worker.employee), token: lead.token, body: change, headers: [("If-Match", tag)]
            ).with(status: 200)
            try require(changed.json["job_title"] == "Senior Dock Coordinator", "the new title in the answer")
            try await api.send(
                .PATCH, employee(worker.employee), token: lead.token, body: change, headers: [("If-Match", tag)]
            ).with(status: 412)
            return "428 without, 200 with \(tag), 412 with the same again"
        }
    }
}
