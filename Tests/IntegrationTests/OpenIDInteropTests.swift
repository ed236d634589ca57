import Foundation
import Subprocess
import SystemPackage
import Testing
import WireFormat

@testable import Bailiwick

extension SharedInstallation {
    /// Other people's clients against a real service: `openid_client.py`, `openid_browser.py` and `openapi_fuzz.py`
    /// in `Tests/Interop`.
    @Suite("The OpenID provider beside other people's programs")
    struct OpenIDInteropTests {
        private static let programs = ["/usr/bin/chromium", "/usr/bin/chromedriver"]

        private func run(_ script: String) async throws {
            let running = try await RunningInstallation.shared()
            let email = "owner-\(UUIDv7.generate())@example.org"
            _ = try await running.operator.createOrganisation(name: "Interop", ownerEmail: email)
            let invitation = try await MailFolder(path: running.directory.mail)
                .token(of: Onboarding.invitationPage, to: email)
            let result = try await Subprocess.run(
                .path(FilePath("\(RunningInstallation.root)/.venv/bin/python")),
                arguments: [
                    "\(RunningInstallation.root)/Tests/Interop/\(script)", running.endpoints.publicURL(.auth),
                    invitation,
                ],
                output: .string(limit: 1 << 18), error: .string(limit: 1 << 18))
            let said = result.standardOutput + result.standardError
            #expect(result.terminationStatus.isSuccess, "\(said)")
            #expect(result.standardOutput.hasSuffix("all held\n"), "\(said)")
        }

        @Test("Authlib signs somebody in by the code flow, and joserfc verifies what it gets")
        func relyingParty() async throws { try await run("openid_client.py") }

        @Test("schemathesis finds no answer that AuthService's description does not have")
        func description() async throws { try await run("openapi_fuzz.py") }

        @Test(
            "Chromium signs in and agrees by keyboard alone, with and without JavaScript, and breaks no policy",
            .enabled(
                if: programs.allSatisfy { FileManager.default.isExecutableFile(atPath: $0) },
                "Chromium and its driver are not installed; `scripts/setup test` installs them"))
        func browser() async throws { try await run("openid_browser.py") }
    }
}
