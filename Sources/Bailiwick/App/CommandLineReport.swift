import ArgumentParser
import Glibc

/// How a command ends when it fails: one clear line on standard error, exit code 1.
enum CommandLineReport {
    /// Runs `body`; turns what it throws into the line and the code.
    static func failures(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as ExitCode {
            throw error
        } catch {
            LineOutput(descriptor: STDERR_FILENO).write("bailiwick: \(error)")
            throw ExitCode.failure
        }
    }
}
