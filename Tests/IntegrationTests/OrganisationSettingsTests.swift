import Foundation
import NIOHTTP1
import Subprocess
import SystemPackage
import Testing
import WireFormat

@testable import Bailiwick

extension SharedInstallation {
    /// Settings, their simulation by the tool, and the pages of mailed links, over real HTTP.
    @Suite("Organisation settings and link pages")
    struct OrganisationSettingsTests {
        private static let standard: JSONValue = [
            "factors": ["second_factor": false, "phishing_resistant_roles": [], "enforced_from": nil],
            "sessions": ["idle_minutes": 30, "absolute_minutes": 720], "addresses": [],
            "passwords": ["minimum_length": 8], "sign_in_methods": ["password", "recovery_code", "passkey"],
        ]

        private func changed(_ group: String, _ value: JSONValue) -> JSONValue {
            var body = Self.standard.object ?? [:]
            body[group] = value
            return .object(body)
        }

        @Test("the owner changes them at the version that he saw; a change that locks him out is refused")
        func change() async throws {
            let running = try await RunningInstallation.shared()
            let owner = try running.persona("owner", of: running.fennelgrey)
            let url = running.endpoints.publicURL(.auth) + "/v1/organisation/settings"
            let seen = try await running.api.send(.GET, url, token: owner.token).with(status: 200)
            let tag = try #require(seen.headers["etag"])
            let lockout = try await running.api.send(
                .PUT, url, token: owner.token, body: .json(changed("addresses", ["198.51.100.0/24"])),
                headers: [("If-Match", tag)])
            #expect(lockout.status == 409 && lockout.problem == "would-lock-out")
            // What a stranger writes into the field counts for nothing without a configured proxy.
            let spoofed = try await running.api.send(
                .PUT, url, token: owner.token, body: .json(changed("addresses", ["198.51.100.0/24"])),
                headers: [("If-Match", tag), ("X-Forwarded-For", "198.51.100.7")])
            #expect(spoofed.status == 409)
            let missing = try await running.api.send(.PUT, url, token: owner.token, body: .json(Self.standard))
            #expect(missing.status == 428)
            let made = try await running.api.send(
                .PUT, url, token: owner.token, body: .json(changed("passwords", ["minimum_length": 9])),
                headers: [("If-Match", tag)]
            ).with(status: 200)
            #expect(made.json["settings"]?["passwords"]?["minimum_length"] == 9)
            let again = try await running.api.send(
                .PUT, url, token: owner.token, body: .json(Self.standard), headers: [("If-Match", tag)])
            #expect(again.status == 412)
            let history = try await running.api.send(.GET, url + "/versions?limit=1", token: owner.token)
                .with(status: 200).json
            #expect(history["items"]?.array?.first?["changed_by"]?.string == owner.member)
        }

        @Test("the tool tells who would be locked out: nobody is 0, somebody 2, and whoever may not ask 1")
        func simulate() async throws {
            let running = try await RunningInstallation.shared()
            let folder = FileManager.default.temporaryDirectory.path + "/simulate-\(UUIDv7.generate())"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            func run(_ settings: JSONValue, as persona: Persona, _ more: [String] = []) async throws -> (Int, String) {
                try settings.text.write(toFile: folder + "/settings.json", atomically: true, encoding: .utf8)
                try persona.token.write(toFile: folder + "/token", atomically: true, encoding: .utf8)
                let result = try await Subprocess.run(
                    .path(FilePath("\(RunningInstallation.binaries)/bailiwick")),
                    arguments: Arguments(
                        [
                            "auth", "simulate", folder + "/settings.json", "--token-file", folder + "/token",
                            "--data-directory", running.directory.path,
                        ] + more),
                    output: .string(limit: 1 << 18), error: .string(limit: 1 << 18))
                guard case .exited(let code) = result.terminationStatus else { return (-1, "") }
                return (Int(code), result.standardOutput + result.standardError)
            }
            let owner = try running.persona("owner", of: running.fennelgrey)
            let nobody = try await run(Self.standard, as: owner)
            #expect(nobody.0 == 0 && nobody.1.contains("0 of "), "\(nobody)")
            let strict = changed(
                "factors",
                ["second_factor": true, "phishing_resistant_roles": ["manager"], "enforced_from": nil])
            let somebody = try await run(strict, as: owner)
            #expect(somebody.0 == 2 && somebody.1.contains("phishing-resistant-factor-required"), "\(somebody)")
            let json = try await run(strict, as: owner, ["--json"])
            #expect(try JSONValue.parse(Array(json.1.utf8.dropLast()))["locked_out"]?.integer ?? 0 > 0, "\(json)")
            let admin = try running.persona("admin", of: running.fennelgrey)
            let refused = try await run(strict, as: admin)
            #expect(refused.0 == 1 && refused.1.contains("(403)"), "\(refused)")
            let wrong = try await run(changed("addresses", ["everywhere"]), as: owner)
            #expect(wrong.0 == 1 && wrong.1.contains("/addresses/0"), "\(wrong)")
        }

        @Test(
            "Chromium without script accepts an invitation by keyboard alone",
            .enabled(
                if: PasskeyBrowserTests.hasBrowser,
                "Chromium and its driver are not installed; `scripts/setup test` installs them"))
        func browser() async throws {
            let running = try await RunningInstallation.shared()
            let token = try await running.invitedOwner(of: "Browsed").invitation
            // The other name of the same host: the browser's own word on the site of the form is what counts.
            let base = running.endpoints.publicURL(.auth).replacing("127.0.0.1", with: "localhost")
            try await running.runInterop(
                "link_pages_browser.py", ["\(base)/\(Onboarding.invitationPage)?token=\(token)"])
        }

        @Test("following a mailed link with GET any number of times leaves it good; its form's POST uses it up")
        func linkPage() async throws {
            let running = try await RunningInstallation.shared()
            let token = try await running.invitedOwner(of: "Linked").invitation
            let page = running.endpoints.publicURL(.auth) + "/" + Onboarding.invitationPage
            for _ in 0..<3 {
                let shown = try await running.api.send(.GET, page + "?token=" + token).with(status: 200)
                #expect(shown.headers["referrer-policy"] == "same-origin")
                #expect(shown.headers["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
                #expect(shown.headers["cache-control"] == "no-store")
            }
            let form = APIClient.Body.form([("token", token), ("password", "orbit walnut canteen thistle")])
            let foreign = try await running.api.send(
                .POST, page, body: form,
                headers: [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")])
            #expect(foreign.status == 403)
            let own = [("Sec-Fetch-Site", "same-origin"), ("Origin", running.endpoints.publicURL(.auth))]
            let accepted = try await running.api.send(.POST, page, body: form, headers: own).with(status: 200)
            #expect(String(decoding: accepted.bytes, as: UTF8.self).contains("<svg"))
            #expect(accepted.headers["ratelimit"] != nil)
            #expect(try await running.api.send(.POST, page, body: form, headers: own).status == 401)
        }
    }
}
