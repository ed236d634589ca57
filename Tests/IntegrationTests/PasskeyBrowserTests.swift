import Foundation
import Subprocess
import SystemPackage
import Testing
import WireFormat

@testable import Bailiwick

extension SharedInstallation {
    /// A real browser against a real service: `Tests/Interop/passkey_browser.py`.
    @Suite("Passkeys in a browser")
    struct PasskeyBrowserTests {
        private static let programs = ["/usr/bin/chromium", "/usr/bin/chromedriver"]
        static var hasBrowser: Bool { programs.allSatisfy { FileManager.default.isExecutableFile(atPath: $0) } }

        @Test(
            "Chromium registers a passkey, signs in with it alone, and no more when it was removed",
            .enabled(
                if: hasBrowser,
                "Chromium and its driver are not installed; `scripts/setup test` installs them"))
        func browser() async throws {
            let running = try await RunningInstallation.shared()
            let email = "owner-\(UUIDv7.generate())@example.org"
            _ = try await running.operator.createOrganisation(name: "Browser", ownerEmail: email)
            let invitation = try await MailFolder(path: running.directory.mail)
                .token(of: Onboarding.invitationPage, to: email)
            // Browsers take no address for a passkey's domain.
            let url = running.endpoints.publicURL(.auth).replacing("127.0.0.1", with: "localhost")
            let result = try await Subprocess.run(
                .path(FilePath("\(RunningInstallation.root)/.venv/bin/python")),
                arguments: ["\(RunningInstallation.root)/Tests/Interop/passkey_browser.py", url, invitation],
                output: .string(limit: 1 << 18), error: .string(limit: 1 << 18))
            let said = result.standardOutput + result.standardError
            #expect(result.terminationStatus.isSuccess, "\(said)")
            #expect(result.standardOutput.hasSuffix("all held\n"), "\(said)")
        }
    }
}
