import Subprocess
import SystemPackage
import WireFormat

/// Programs of other people that check what ours say.
enum ForeignTools {
    /// Their answers are a few lines.
    private static let outputLimit = 1 << 20

    /// Runs a program, found on the path unless it begins with a slash, and returns what it printed.
    ///
    /// - Parameter secrets: variables for it; arguments would show in the list of processes.
    /// - Throws: `StepFailure` with its error output when it does not exit 0.
    static func run(
        _ program: String, _ arguments: [String], secrets: [String: String] = [:]
    ) async throws -> String {
        var variables: [Environment.Key: String?] = [:]
        for (name, value) in secrets {
            if let key = Environment.Key(rawValue: name) { variables[key] = value }
        }
        let executable: Executable = program.hasPrefix("/") ? .path(FilePath(program)) : .name(program)
        let result = try await Subprocess.run(
            executable, arguments: Arguments(arguments), environment: .inherit.updating(variables),
            output: .string(limit: outputLimit), error: .string(limit: outputLimit))
        guard result.terminationStatus.isSuccess else {
            throw StepFailure(description: "`\(program)` failed: \(result.standardOutput)\(result.standardError)")
        }
        return result.standardOutput
    }

    private static let stepSeconds: Int64 = 30
    /// What a code of the step before needs to arrive in, on a busy machine.
    private static let leastSeconds: Int64 = 5

    /// The one-time code of OATH Toolkit (RFC 6238) for a base32 secret, `steps` periods of 30 s from now.
    static func oneTimeCode(secret: String, stepsAhead steps: Int = 0) async throws -> String {
        // A code of the step before leaves the window with the present one: at its end, wait for the next.
        let left = Self.stepSeconds - Instant.now().seconds % Self.stepSeconds
        if steps < 0, left <= Self.leastSeconds { try await Task.sleep(for: .seconds(left)) }
        let time = Instant.now().seconds + Int64(steps) * Self.stepSeconds
        let output = try await run("oathtool", ["--totp", "--base32", "--now=@\(time)", secret])
        return String(output.prefix(while: \.isNumber))
    }
}
