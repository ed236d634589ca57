import ArgumentParser
import MarkedYAML
import PolicyCore
import WireFormat

/// `bailiwick policy lint`: every error at once, else what is probably not meant.
struct PolicyLintCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint", abstract: "Check a directory of policies.",
        discussion: """
            Prints each error as `path:line:column: cause; remedy`. When there is none, prints what loads and is \
            probably not meant. Exit code 0: no error; 1: errors, or with --strict findings.
            """)

    @Argument(help: "The directory of policies.")
    var directory = "policies"

    @Flag(help: "Print a JSON object.")
    var json = false

    @Flag(help: "Findings fail too.")
    var strict = false

    func run() async throws {
        try await CommandLineReport.failures {
            let files = try PolicyFolder(path: directory).files()
            let bundle: PolicyBundle
            do throws(PolicyLoadErrors) {
                bundle = try PolicyBundle.load(files: files)
            } catch {
                report(errors: error.errors, findings: [], revision: nil)
                throw ExitCode.failure
            }
            let findings = bundle.lint()
            report(errors: [], findings: findings, revision: bundle.revision)
            if strict && !findings.isEmpty { throw ExitCode.failure }
        }
    }

    private func report(errors: [PlacedError], findings: [LintFinding], revision: String?) {
        if json {
            let wire: JSONValue = [
                "errors": .array(errors.map { Self.wire($0) }),
                "findings": .array(findings.map { Self.wire($0.place, code: "\($0.code)") }),
                "revision": JSONValue(revision),
            ]
            print(String(decoding: wire.bytes(), as: UTF8.self))
            return
        }
        for error in errors { print("error: \(error)") }
        for finding in findings { print("finding: \(finding)") }
        if let revision {
            print("\(directory): no errors, \(findings.count) findings, revision \(revision)")
        } else {
            print("\(directory): \(errors.count) errors")
        }
    }

    private static func wire(_ place: PlacedError, code: String? = nil) -> JSONValue {
        var members: [String: JSONValue] = [
            "path": .string(place.path), "line": .integer(Int64(place.mark.line)),
            "column": .integer(Int64(place.mark.column)), "cause": .string(place.cause),
            "remedy": JSONValue(place.remedy),
        ]
        if let code { members["code"] = .string(code) }
        return .object(members)
    }
}
