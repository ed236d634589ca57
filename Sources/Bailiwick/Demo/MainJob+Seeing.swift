import NIOHTTP1
import WireFormat

extension MainJob {
    /// Steps 4 and 5.
    func seeing(_ play: inout Screenplay) async throws {
        let (worker, manager, lead) = (try persona("employee"), try persona("manager"), try persona("hr_lead"))
        await play.step("4a", "an employee lists employees and sees exactly herself") {
            let seen = try await numbers(seenBy: worker)
            try require(seen == [worker.employeeNumber], "only \(worker.employeeNumber), not \(seen.count) people")
            return "1 of 1,200: \(worker.employeeNumber)"
        }
        await play.step("4b", "a manager sees exactly himself and his subtree") {
            let seen = try await numbers(seenBy: manager)
            let expected = try await numbersInCSV(under: manager)
            try require(seen == expected, "the \(expected.count) people of the CSV, not \(seen.count)")
            return "\(seen.count) people, the same numbers as counted from the CSV"
        }
        await play.step("4c", "an HR lead pages through everybody") {
            let seen = try await numbers(seenBy: lead)
            try require(Set(seen).count == seen.count, "nobody twice")
            let expected = Int(harbourlight.imported["created"]?.integer ?? -1)
            try require(seen.count == expected, "\(expected) people, not \(seen.count)")
            return "\(seen.count) people on \((seen.count + 199) / 200) pages of 200"
        }
        await play.step("5", "somebody of the other organisation asks for one of them by id") {
            let stranger = try stranger("hr_lead")
            let answer = try await api.send(.GET, employee(worker.employee), token: stranger.token).with(status: 404)
            return "404 \(answer.problem ?? ""); her own trail tells of it (step 9)"
        }
    }
}
