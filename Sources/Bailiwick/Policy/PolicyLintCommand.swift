import ArgumentParser
import Foundation
import PolicyCore
import PolicyTools
import WireFormat

/// `bailiwick policy lint`: every error at once, else what is probably not meant.
struct PolicyLintCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint", abstract: "Check a directory of policies.",
        discussion: """
            Prints every error as `path:line:column: error: cause`, with the line, a caret and a remedy. When there is \
            none, prints what loads and is probably not meant. `expired-rule` depends on the time: that of --now, or of \
            this machine's clock. Exit code 0: no error; 1: errors, or with --strict \
            warnings.
            """)

    @Argument(help: "The directory of policies.")
    var directory = "policies"

    @Flag(help: "Print a JSON object.")
    var json = false

    @Option(help: "The time (RFC 3339) by which rules are over. Default: this machine's clock.")
    var now: String?

    @Flag(help: "Warnings fail too.")
    var strict = false

    func validate() throws {
        if let now, Instant(rfc3339: now) == nil { throw ValidationError("`\(now)` is not an RFC 3339 time") }
    }

    func run() async throws {
        try await CommandLineReport.failures {
            let files = try PolicyFolder(path: directory).files()
            let report = PolicyLinter.lint(files, now: now.flatMap { Instant(rfc3339: $0) } ?? .now())
            if json {
                print(report.wire.text)
            } else {
                let text = report.text(isColored: Self.isColored)
                if !text.isEmpty { print(text + "\n") }
                print(summary(report))
            }
            if report.revision == nil || strict && !report.warnings.isEmpty { throw ExitCode.failure }
        }
    }

    private func summary(_ report: LintReport) -> String {
        guard let revision = report.revision else {
            return "\(directory): \(report.errors.count) \(report.errors.count == 1 ? "error" : "errors")"
        }
        let count = report.warnings.count
        return "\(directory): no errors, \(count) \(count == 1 ? "warning" : "warnings"), revision \(revision)"
    }

    /// On a terminal that shows colours, unless the person wants none (no-color.org).
    private static var isColored: Bool {
        let environment = ProcessInfo.processInfo.environment
        return isatty(STDOUT_FILENO) == 1 && environment["NO_COLOR", default: ""].isEmpty
            && environment["TERM"] != "dumb"
    }
}
