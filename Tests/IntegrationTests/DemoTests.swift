import Subprocess
import SystemPackage
import Testing

@testable import Bailiwick

@Suite("The demo")
struct DemoTests {
    @Test("holds in every step, on an installation of its own", .timeLimit(.minutes(8)))
    func demo() async throws {
        let result = try await Subprocess.run(
            .path(FilePath(RunningInstallation.root + "/.build/debug/bailiwick")), arguments: ["demo"],
            environment: .inherit.updating(["BAILIWICK_PASSWORD_COST": "10"]),
            workingDirectory: FilePath(RunningInstallation.root), output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20))
        #expect(result.terminationStatus.isSuccess, "\(result.standardOutput)\n\(result.standardError)")
        #expect(!result.standardOutput.contains("FAILED"))
        for step in [
            "1 ", "2 ", "3 ", "4a", "4b", "4c", "5 ", "6 ", "7 ", "8a", "8b", "9a", "9b", "9c", "9d", "10a", "10b",
            "11a", "11b",
        ] {
            #expect(result.standardOutput.contains("\n  \(step)"), "step \(step) was not played")
        }
    }
}
