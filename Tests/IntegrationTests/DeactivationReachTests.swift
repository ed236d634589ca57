import NIOHTTP1
import Testing
import WireFormat

@testable import Bailiwick

extension SharedInstallation {
    @Suite("Deactivation, as the other services see it")
    struct DeactivationReachTests {
        /// What the contract promises (issue 4).
        private static let promised = Duration.seconds(1)

        @Test("one second after a membership ended no service takes an access token of that member")
        func reach() async throws {
            let running = try await RunningInstallation.shared()
            let owner = try running.persona("owner", of: running.fennelgrey)
            let members = running.endpoints.publicURL(.auth) + "/v1/members"
            let leaver = try await newcomer(running, owner)
            let routes = [
                running.endpoints.publicURL(.auth) + "/v1/passkeys",
                running.endpoints.publicURL(.hr) + "/v1/employees?limit=1",
                running.endpoints.publicURL(.audit) + "/v1/events?limit=1",
            ]
            for route in routes {
                let answer = try await running.api.send(.GET, route, token: leaver.token)
                #expect(answer.status != 401, "\(route): \(answer.json.text)")
            }
            let seen = try await running.api.send(.GET, members + "/" + leaver.member, token: owner.token)
                .with(status: 200)
            try await running.api.send(
                .PATCH, members + "/" + leaver.member, token: owner.token, body: .json(["status": "ended"]),
                headers: [("If-Match", try #require(seen.headers["etag"]))]
            ).with(status: 200)
            let deadline = ContinuousClock.now + Self.promised
            for route in routes {
                var answer = try await running.api.send(.GET, route, token: leaver.token)
                while answer.status != 401, ContinuousClock.now < deadline {
                    answer = try await running.api.send(.GET, route, token: leaver.token)
                }
                #expect(answer.status == 401, "\(route): \(answer.json.text)")
                #expect(answer.problem == "token-revoked", "\(route)")
            }
            let refreshed = try await running.api.send(
                .POST, running.endpoints.publicURL(.auth) + "/v1/token",
                body: .form([("grant_type", "refresh_token"), ("refresh_token", leaver.refreshToken)]))
            #expect(refreshed.status == 400)
        }

        /// Somebody who was invited, has joined and has signed in.
        private func newcomer(_ running: RunningInstallation, _ owner: Persona) async throws -> Persona {
            let url = running.endpoints.publicURL(.auth)
            let email = "\(UUIDv7.generate())@example.org"
            let invited = try await running.api.send(
                .POST, url + "/v1/members", token: owner.token,
                body: .json(["email": .string(email), "roles": ["employee"]]),
                headers: [("Idempotency-Key", UUIDv7.generate().text)]
            ).with(status: 201).json
            let invitation = try await running.mails.token(of: Onboarding.invitationPage, to: email)
            let words = "orchard " + UUIDv7.generate().text
            let accepted = try await running.api.send(
                .POST, url + "/v1/invitations/accept",
                body: .json(["token": .string(invitation), "password": .string(words)])
            ).with(status: 200).json
            let secret = try #require(accepted["totp"]?["secret"]?.string)
            try await running.api.send(
                .POST, url + "/v1/invitations/confirm",
                body: .json([
                    "enrolment": accepted["enrolment"] ?? .null,
                    "code": .string(try await ForeignTools.oneTimeCode(secret: secret, stepsAhead: -1)),
                ])
            ).with(status: 200)
            let person = Persona(
                organisation: "fennelgrey", employeeNumber: "", email: email, password: words, secret: secret,
                member: try #require(invited["id"]?.string))
            return try await Onboarding(
                endpoints: running.endpoints, api: running.api, operator: running.operator,
                demoFolder: RunningInstallation.root + "/demo", mails: running.mails
            ).signIn(person)
        }
    }
}
