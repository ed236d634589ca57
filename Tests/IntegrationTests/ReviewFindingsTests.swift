import Foundation
import NIOHTTP1
import Testing
import WireFormat

@testable import Bailiwick

extension SharedInstallation {
    /// What a security review found once, and what must not come back.
    @Suite("Findings of a review")
    struct ReviewFindingsTests {
        private func csv(of running: RunningInstallation, _ change: (String) -> String = { $0 }) throws
            -> APIClient.Body
        {
            let persona = try running.persona("employee", of: running.fennelgrey)
            let file = RunningInstallation.root + "/demo/fennelgrey/employees.csv"
            let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init)
            let line = try #require(lines.first { $0.hasPrefix(persona.employeeNumber + ",") })
            return .csv(Array((lines[0] + "\n" + change(line) + "\n").utf8))
        }

        @Test("an import does not tell an administrator whether a guess of a hidden field is right")
        func importIsNoOracle() async throws {
            let running = try await RunningInstallation.shared()
            let url = running.endpoints.publicURL(.hr) + "/v1/employees/import?dry_run=true"
            let admin = try running.persona("admin", of: running.fennelgrey)
            let right = try await running.api.send(.POST, url, token: admin.token, body: csv(of: running))
                .with(status: 200).json
            let wrong = try await running.api.send(
                .POST, url, token: admin.token,
                body: csv(of: running) { $0.replacing(",female,", with: ",male,").replacing("GB,", with: "FR,") }
            ).with(status: 200).json
            #expect(right["unchanged"] == 0)
            #expect(right["rejected_count"] == 1)
            #expect(right["rejected"]?.array?.first?["field"] == wrong["rejected"]?.array?.first?["field"])

            let owner = try running.persona("owner", of: running.fennelgrey)
            let own = try await running.api.send(.POST, url, token: owner.token, body: csv(of: running))
                .with(status: 200).json
            #expect(own["rejected_count"] == 0)
        }

        @Test("an administrator cannot invite an HR lead, himself under another name for instance")
        func noSockPuppet() async throws {
            let running = try await RunningInstallation.shared()
            let admin = try running.persona("admin", of: running.fennelgrey)
            let answer = try await running.api.send(
                .POST, running.endpoints.publicURL(.auth) + "/v1/members", token: admin.token,
                body: .json(["email": "puppet@fennelgrey.example", "roles": ["admin", "hr_lead"]]))
            #expect(answer.status == 403)
            #expect(answer.problem == "role-not-held")
        }

        @Test("creating says the same of a manager who is there and of one who is not, to somebody who may not create")
        func createDecidesFirst() async throws {
            let running = try await RunningInstallation.shared()
            let viewer = try running.persona("viewer", of: running.fennelgrey)
            let there = try running.persona("manager", of: running.fennelgrey).employee
            for manager in [there, UUIDv7.generate().text] {
                let answer = try await running.api.send(
                    .POST, running.endpoints.publicURL(.hr) + "/v1/employees", token: viewer.token,
                    body: .json([
                        "employee_number": "X-1", "given_name": "A", "family_name": "B", "job_title": "C",
                        "country": "GB", "employment_type": "full_time", "hired_on": "2026-01-01",
                        "manager_id": .string(manager),
                    ]))
                #expect(answer.status == 403, "\(answer.json.text)")
            }
        }

        @Test("a change that changes nothing shows the record, and is recorded as the read that it is")
        func noChangeIsARead() async throws {
            let running = try await RunningInstallation.shared()
            let owner = try running.persona("owner", of: running.fennelgrey)
            let linked = try running.persona("employee", of: running.fennelgrey)
            let answer = try await running.api.send(
                .PUT, running.endpoints.publicURL(.hr) + "/v1/employees/\(linked.employee)/member", token: owner.token,
                body: .json(["member_id": .string(linked.member)])
            ).with(status: 200)
            let request = try #require(answer.headers["x-request-id"])
            let deadline = ContinuousClock.now + .seconds(60)
            var found: JSONValue?
            while found == nil, ContinuousClock.now < deadline {
                let page = try await running.api.send(
                    .GET, running.endpoints.publicURL(.audit) + "/v1/events?action=employee.view&limit=200",
                    token: owner.token
                ).with(status: 200).json
                found = page["items"]?.array?.first { $0["request_id"]?.string == request }
            }
            #expect(found?["resource"]?["id"]?.string == linked.employee)
        }

        /// The newest event that one request caused, as `reader` is shown it; the relay needs a moment.
        private func event(
            of request: String, _ action: String, to reader: Persona, _ running: RunningInstallation
        ) async throws -> JSONValue {
            let url = running.endpoints.publicURL(.audit) + "/v1/events?action=\(action)&request_id=\(request)"
            let deadline = ContinuousClock.now + .seconds(60)
            while ContinuousClock.now < deadline {
                let page = try await running.api.send(.GET, url, token: reader.token).with(status: 200).json
                if let found = page["items"]?.array?.first { return found }
            }
            throw CommandFailure("no event of \(request)")
        }

        @Test("the trail does not show an administrator the values of fields that are closed to him")
        func trailWithholds() async throws {
            let running = try await RunningInstallation.shared()
            let owner = try running.persona("owner", of: running.fennelgrey)
            let admin = try running.persona("admin", of: running.fennelgrey)
            let manager = try running.persona("manager", of: running.fennelgrey).employee
            let url = running.endpoints.publicURL(.hr) + "/v1/employees/" + manager
            let seen = try await running.api.send(.GET, url, token: owner.token).with(status: 200)
            let grade = seen.json["grade"]?.string == "G9" ? "G8" : "G9"
            let answer = try await running.api.send(
                .PATCH, url, token: owner.token, body: .json(["grade": .string(grade)]),
                headers: [("If-Match", #require(seen.headers["etag"]))]
            ).with(status: 200)
            let request = try #require(answer.headers["x-request-id"])

            let whole = try await event(of: request, "employee.update", to: owner, running)
            #expect(whole["withheld"] == [])
            #expect(whole["changes"]?.array?.first?["after"] == ["plain": .string(grade)])
            let part = try await event(of: request, "employee.update", to: admin, running)
            let closed: JSONValue = [["field": "grade", "withheld": ["before", "after"]]]
            #expect(part["changes"] == closed)

            // The salt would let him try every grade until the commitment fits.
            let id = try #require(whole["id"]?.string)
            let proof = running.endpoints.publicURL(.audit) + "/v1/proofs/inclusion?event=" + id
            let toOwner = try await running.api.send(.GET, proof, token: owner.token).with(status: 200).json
            #expect(toOwner["salt"]?.string != nil && toOwner["withheld"] == [])
            let toAdmin = try await running.api.send(.GET, proof, token: admin.token).with(status: 200).json
            #expect(toAdmin["salt"] == nil && toAdmin["withheld"] == ["salt"])
        }

        @Test("an invitation repeated with its idempotency key gives the first answer, and the first link stays good")
        func invitationOnce() async throws {
            let running = try await RunningInstallation.shared()
            let admin = try running.persona("admin", of: running.fennelgrey)
            func invite(_ email: String, _ key: String?) async throws -> APIClient.Answer {
                try await running.api.send(
                    .POST, running.endpoints.publicURL(.auth) + "/v1/members", token: admin.token,
                    body: .json(["email": .string(email), "roles": ["employee"]]),
                    headers: key.map { [("Idempotency-Key", $0)] } ?? [])
            }
            let mails = MailFolder(path: running.directory.mail)
            let key = UUIDv7.generate().text
            let first = try await invite("once@fennelgrey.example", key).with(status: 201)
            let again = try await invite("once@fennelgrey.example", key).with(status: 201)
            #expect(again.json == first.json)
            let link = try await mails.token(of: Onboarding.invitationPage, to: "once@fennelgrey.example")
            #expect(!String(decoding: first.bytes, as: UTF8.self).contains(link.suffix(43)))
            for name in ["etag", "location", "cache-control"] {
                #expect(first.headers[name] != nil && again.headers[name] == first.headers[name], "\(name)")
            }
            let other = try await invite("another@fennelgrey.example", key)
            #expect(other.status == 422 && other.problem == "idempotency-key-reused")
            // Without a key it is another invitation, and with a new key as well: the former is void.
            var former = link
            for key in [nil, UUIDv7.generate().text] {
                let newer = try await invite("once@fennelgrey.example", key).with(status: 201)
                #expect(newer.json["id"] == first.json["id"])
                former = try await mails.token(
                    of: Onboarding.invitationPage, to: "once@fennelgrey.example", after: former)
            }
        }

        @Test("whoever invited a member does not link him to an employee, and the refusal is on record")
        func inviterDoesNotLink() async throws {
            let running = try await RunningInstallation.shared()
            let admin = try running.persona("admin", of: running.fennelgrey)
            let invited = try await running.api.send(
                .POST, running.endpoints.publicURL(.auth) + "/v1/members", token: admin.token,
                body: .json(["email": "puppet@fennelgrey.example", "roles": ["employee"]])
            ).with(status: 201).json
            let employees = try await running.api.send(
                .GET, running.endpoints.publicURL(.hr) + "/v1/employees?limit=200", token: admin.token
            ).with(status: 200).json["items"]?.array
            let victim = try #require(employees?.last { $0["member_id"] == .null }?["id"]?.string)
            let answer = try await running.api.send(
                .PUT, running.endpoints.publicURL(.hr) + "/v1/employees/\(victim)/member", token: admin.token,
                body: .json(["member_id": try #require(invited["id"])]))
            #expect(answer.status == 403)
            #expect(answer.problem == "own-invitation")
            #expect(answer.json["decision_id"]?.string != nil)
            let request = try #require(answer.headers["x-request-id"])
            let event = try await event(of: request, "employee.link_member", to: admin, running)
            #expect(event["outcome"] == "denied" && event["reason"] == "own-invitation")
            #expect(event["resource"]?["id"]?.string == victim)
        }
    }
}
