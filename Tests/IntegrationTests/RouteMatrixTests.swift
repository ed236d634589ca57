import NIOHTTP1
import Testing
import WireFormat

@testable import Bailiwick

extension SharedInstallation {
    /// Every route by every role and by somebody of another tenant. A route that the table does not know fails.
    @Suite("Who may call what")
    struct RouteMatrixTests {
        @Test("each role gets the answer that policy gives it, and another tenant's people nothing of this one")
        func matrix() async throws {
            let running = try await RunningInstallation.shared()
            let matrix = RouteMatrix.standard
            let operations = try await ServedOperation.all(of: running).filter(\.isPublic)
            let known = Set(matrix.rows.map(\.operation))
            let strange = operations.map(\.name).filter { !known.contains($0) }
            #expect(strange.isEmpty, "routes that the matrix does not know: \(strange)")
            let gone = known.subtracting(operations.map(\.name))
            #expect(gone.isEmpty, "rows without a route: \(gone)")

            let subject = try RouteMatrix.Subject(
                employee: running.persona("employee", of: running.fennelgrey),
                newcomer: running.persona("analyst", of: running.fennelgrey),
                department: try await department(of: running),
                event: try await event(of: running))
            for row in matrix.rows {
                let operation = try #require(operations.first { $0.name == row.operation })
                for (caller, expected) in zip(RouteMatrix.callers, row.statuses) {
                    guard let expected else { continue }
                    let answer = try await send(operation, as: caller, subject, running)
                    #expect(answer.status == expected, "\(row.operation) as \(caller): \(answer.json.text.prefix(200))")
                    // Pages and userinfo refuse without asking PolicyEngine.
                    guard answer.status == 403, operation.path.hasPrefix("/v1/"), operation.path != "/v1/userinfo"
                    else { continue }
                    #expect(
                        answer.json["decision_id"]?.string != nil, "\(row.operation) as \(caller) has no decision id")
                }
            }
        }

        @Test("no internal route answers a caller without a service token, not even the owner")
        func internalRoutes() async throws {
            let running = try await RunningInstallation.shared()
            let owner = try running.persona("owner", of: running.fennelgrey)
            let open: Set<String> = ["/health/live", "/health/ready", "/metrics"]
            var tried = 0
            for operation in try await ServedOperation.all(of: running)
            where operation.isInternal && !open.contains(operation.path) {
                let path = operation.path.replacing(try Regex("\\{[a-z]+\\}"), with: owner.employee)
                let answer = try await running.api.send(
                    operation.method, running.endpoints.internalURL(operation.service) + path, token: owner.token,
                    body: operation.takesJSON ? .json([:]) : nil)
                tried += 1
                #expect(answer.status == 401, "\(operation)")
                #expect(answer.headers["service-token"] == nil, "\(operation) signed an answer for a stranger")
            }
            #expect(tried >= 10)
        }

        private func send(
            _ operation: ServedOperation, as caller: String, _ subject: RouteMatrix.Subject,
            _ running: RunningInstallation
        ) async throws -> APIClient.Answer {
            let token: String? =
                switch caller {
                case "nobody": nil
                case "stranger": try running.persona("hr_lead").token
                default: try running.persona(caller, of: running.fennelgrey).token
                }
            let request = subject.request(for: operation)
            return try await running.api.send(
                operation.method, running.endpoints.publicURL(operation.service) + request.path, token: token,
                body: request.body, headers: [("If-Match", "\"stale\"")])
        }

        private func department(of running: RunningInstallation) async throws -> String {
            let lead = try running.persona("hr_lead", of: running.fennelgrey)
            let list = try await running.api.everything(
                running.endpoints.publicURL(.hr) + "/v1/departments", token: lead.token)
            return try #require(list.first?["id"]?.string)
        }

        private func event(of running: RunningInstallation) async throws -> String {
            let owner = try running.persona("owner", of: running.fennelgrey)
            let page = try await running.api.send(
                .GET, running.endpoints.publicURL(.audit) + "/v1/events?limit=1", token: owner.token
            ).with(status: 200).json
            return try #require(page["items"]?.array?.first?["id"]?.string)
        }
    }
}
