import Foundation
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
            let invitation = try await running.invitedOwner(of: "Interop").invitation
            try await running.runInterop(script, [running.endpoints.publicURL(.auth), invitation])
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
