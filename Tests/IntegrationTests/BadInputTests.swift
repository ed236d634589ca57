import NIOHTTP1
import Testing
import WireFormat

@testable import Bailiwick

extension SharedInstallation {
    @Suite("Bad input to real services")
    struct BadInputTests {
        /// Bytes that are no acceptable body, the status they deserve, and whether the answer must point into the body.
        private static let bodies: [(name: String, bytes: [UInt8], statuses: Set<Int>)] = [
            ("no JSON", Array("{\"name\":".utf8), [400]),
            ("not an object", Array("[1,2,3]".utf8), [400, 422]),
            ("a member twice", Array("{\"name\":\"a\",\"name\":\"b\"}".utf8), [400]),
            ("unknown fields", Array("{\"no_such_field\":1,\"another/one\":2}".utf8), [400, 422]),
            ("bad UTF-8", Array("{\"name\":\"".utf8) + [0xFF, 0xFE] + Array("\"}".utf8), [400]),
            ("NUL", Array("{\"name\":\"a\\u0000b\"}".utf8), [400]),
            (
                "too deep", Array((String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)).utf8),
                [400, 413]
            ),
            ("too long", Array("\"".utf8) + [UInt8](repeating: 0x61, count: 2 << 20) + Array("\"".utf8), [413]),
            ("wrong types", Array("{\"name\":{\"a\":[]},\"email\":7,\"roles\":\"owner\"}".utf8), [400, 422]),
        ]

        @Test("every writing route answers with a problem, and nothing is written")
        func writingRoutes() async throws {
            let running = try await RunningInstallation.shared()
            let lead = try running.persona("hr_lead", of: running.fennelgrey)
            let before = try await running.api.everything(
                running.endpoints.publicURL(.hr) + "/v1/employees", token: lead.token
            ).count
            var tried = 0
            for operation in try await ServedOperation.all(of: running) where operation.takesJSON && operation.isPublic
            {
                let path = operation.path.replacing("{id}", with: lead.employee)
                for (name, bytes, statuses) in Self.bodies {
                    let answer = try await running.api.send(
                        operation.method, running.endpoints.publicURL(operation.service) + path, token: lead.token,
                        body: .raw(bytes, media: "application/json"), headers: [("If-Match", "\"x\"")])
                    tried += 1
                    let allowed = statuses.union([403, 404])
                    #expect(allowed.contains(answer.status), "\(operation.name), \(name): \(answer.status)")
                    #expect(answer.headers["x-request-id"] != nil, "\(operation.name), \(name)")
                    // AuthZEN 1.0 §10 wants a plain message there; everything else is RFC 9457.
                    guard !operation.path.hasPrefix("/access/") else { continue }
                    #expect(answer.headers["content-type"] == "application/problem+json", "\(operation.name), \(name)")
                    #expect(
                        answer.json["request_id"]?.string == answer.headers["x-request-id"],
                        "\(operation.name), \(name)")
                }
            }
            #expect(tried >= 9 * 8)
            let after = try await running.api.everything(
                running.endpoints.publicURL(.hr) + "/v1/employees", token: lead.token
            ).count
            #expect(before == after)
        }

        @Test(
            "absurd queries are refused by name",
            arguments: [
                "limit=0", "limit=201", "limit=-1", "limit=9999999999999999999", "limit=ten", "limit=1&limit=2",
                "cursor=not-a-cursor", "cursor=", "no_such_parameter=1", "sort=salary;DROP%20TABLE%20employee",
                "sort=%00",
                "department=%FF%FE", "country='%20OR%201=1--", "status=everything",
            ])
        func queries(query: String) async throws {
            let running = try await RunningInstallation.shared()
            let lead = try running.persona("hr_lead", of: running.fennelgrey)
            let answer = try await running.api.send(
                .GET, running.endpoints.publicURL(.hr) + "/v1/employees?\(query)", token: lead.token)
            #expect((400..<500).contains(answer.status), "\(query): \(answer.status)")
            #expect(answer.headers["content-type"] == "application/problem+json")
        }

        @Test(
            "SQL metacharacters are only text",
            arguments: ["'", "';--", "\\", "%", "_", "$1", "\" OR \"\"=\"", "a' UNION SELECT * FROM pg_user --"])
        func metacharacters(text: String) async throws {
            let running = try await RunningInstallation.shared()
            let lead = try running.persona("hr_lead", of: running.fennelgrey)
            let url = running.endpoints.publicURL(.hr) + "/v1/employees/search?q=" + APIClient.escaped(text)
            let answer = try await running.api.send(.GET, url, token: lead.token)
            #expect(answer.status == 200 || answer.status == 400, "\(text): \(answer.status)")
            if answer.status == 200 { #expect((answer.json["items"]?.array?.count ?? 0) < 50) }
        }

        @Test("a wrong content type, a header flood and a strange method are refused")
        func transport() async throws {
            let running = try await RunningInstallation.shared()
            let lead = try running.persona("hr_lead", of: running.fennelgrey)
            let url = running.endpoints.publicURL(.hr) + "/v1/employees"
            let wrongType = try await running.api.send(
                .POST, url, token: lead.token, body: .raw(Array("{}".utf8), media: "text/plain"))
            #expect(wrongType.status == 415)
            let flood = (0..<300).map { ("X-Flood-\($0)", String(repeating: "a", count: 200)) }
            let flooded = try? await running.api.send(.GET, url, token: lead.token, headers: flood)
            #expect(flooded == nil || flooded?.status == 431 || flooded?.status == 400)
            let method = try await running.api.send(.DELETE, url, token: lead.token)
            #expect(method.status == 405)
            let alive = try await running.api.send(.GET, running.endpoints.publicURL(.hr) + "/health/live")
            #expect(alive.status == 200)
        }
    }
}
