import AsyncHTTPClient
import Foundation
import Subprocess
import Synchronization
import SystemPackage
import Testing
import WireFormat

@testable import Bailiwick

/// One installation for all suites of this process: real services on a private PostgreSQL, on free ports, with the
/// smaller demo organisation and the larger one in it. Ended by its own process id when the tests end.
struct RunningInstallation: Sendable {
    /// Where its keys and notes are.
    let directory: DataDirectory
    /// Where it listens.
    let endpoints: Endpoints
    /// As a frontend.
    let api: APIClient
    /// As the operator.
    let `operator`: OperatorClient
    /// About 1,200 people.
    let harbourlight: Onboarding.Organisation
    /// About 300 people.
    let fennelgrey: Onboarding.Organisation

    /// Starting takes some seconds; on a busy machine a minute.
    private static let patience = Duration.seconds(150)

    private static let starting = Task { try await start() }

    /// The installation, started by whoever asks first.
    static func shared() async throws -> RunningInstallation { try await starting.value }

    /// The checkout.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// The directory of the executables that were built with these tests.
    static let binaries = Bundle.main.executableURL?.deletingLastPathComponent().path ?? root + "/.build/debug"

    /// A member of an organisation by role.
    func persona(_ role: String, of organisation: Onboarding.Organisation? = nil) throws -> Persona {
        try #require((organisation ?? harbourlight).personas[role])
    }

    private static func start() async throws -> RunningInstallation {
        let path = FileManager.default.temporaryDirectory.path + "/bw-it-\(getpid())"
        let directory = DataDirectory(path: path)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: root + "/.build/debug/bailiwick")
        process.currentDirectoryURL = URL(fileURLWithPath: root)
        process.arguments = ["up", "--port-base", "0", "--data-directory", path]
        // bcrypt at its full cost would take most of the time of these tests; PasswordTests cover it.
        process.environment = ProcessInfo.processInfo.environment.merging(["BAILIWICK_PASSWORD_COST": "10"]) { $1 }
        let log = path + ".log"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        process.standardOutput = FileHandle(forWritingAtPath: log)
        process.standardError = process.standardOutput
        try process.run()
        EndAtExit.remember(process.processIdentifier, directory: path)

        let deadline = ContinuousClock.now + patience
        while !FileManager.default.fileExists(atPath: directory.endpoints) {
            guard process.isRunning, ContinuousClock.now < deadline else {
                let said = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
                throw CommandFailure("bailiwick up did not start:\n\(said.suffix(4000))")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        return try await populate(directory)
    }

    /// The mails that it sends.
    var mails: MailFolder { MailFolder(path: directory.mail) }

    /// A new organisation: its owner's address and the invitation that came by mail.
    func invitedOwner(of name: String) async throws -> (email: String, invitation: String) {
        let email = "owner-\(UUIDv7.generate())@example.org"
        _ = try await `operator`.createOrganisation(name: name, ownerEmail: email)
        return (email, try await mails.token(of: Onboarding.invitationPage, to: email))
    }

    /// Runs a script of `Tests/Interop` to its end; its last line has to be `all held`.
    func runInterop(_ script: String, _ arguments: [String]) async throws {
        let result = try await Subprocess.run(
            .path(FilePath("\(Self.root)/.venv/bin/python")),
            arguments: Arguments(["\(Self.root)/Tests/Interop/\(script)"] + arguments),
            output: .string(limit: 1 << 18), error: .string(limit: 1 << 18))
        let said = result.standardOutput + result.standardError
        #expect(result.terminationStatus.isSuccess, "\(said)")
        #expect(result.standardOutput.hasSuffix("all held\n"), "\(said)")
    }

    private static func populate(_ directory: DataDirectory) async throws -> RunningInstallation {
        let endpoints = try Endpoints(reading: directory)
        let api = APIClient(http: .shared, device: "IntegrationTests/1.0 (Linux)")
        let client = try OperatorClient(directory: directory, endpoints: endpoints)
        let onboarding = Onboarding(
            endpoints: endpoints, api: api, operator: client, demoFolder: root + "/demo",
            mails: MailFolder(path: directory.mail))
        return RunningInstallation(
            directory: directory, endpoints: endpoints, api: api, operator: client,
            harbourlight: try await onboarding.bring("harbourlight"),
            fennelgrey: try await onboarding.bring("fennelgrey"))
    }
}

/// Ends the installation when the test process ends, and removes its directory.
private enum EndAtExit {
    private static let running = Mutex<[(Int32, String)]>([])

    static func remember(_ processID: Int32, directory: String) {
        let isFirst = running.withLock { list in
            list.append((processID, directory))
            return list.count == 1
        }
        guard isFirst else { return }
        atexit {
            for (processID, directory) in EndAtExit.running.withLock({ $0 }) {
                kill(processID, SIGTERM)
                var status: Int32 = 0
                while waitpid(processID, &status, 0) == -1, errno == EINTR {}
                try? FileManager.default.removeItem(atPath: directory)
            }
        }
    }
}
