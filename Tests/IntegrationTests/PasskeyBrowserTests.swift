import Foundation
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
            let invitation = try await running.invitedOwner(of: "Browser").invitation
            // Browsers take no address for a passkey's domain.
            let url = running.endpoints.publicURL(.auth).replacing("127.0.0.1", with: "localhost")
            try await running.runInterop("passkey_browser.py", [url, invitation])
        }
    }
}
