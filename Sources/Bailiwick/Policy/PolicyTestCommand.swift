import ArgumentParser
import Glibc
import PolicyCore
import PolicyTools
import WireFormat

/// `bailiwick policy test`: runs the test suites that lie beside the policies.
struct PolicyTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Run the test suites of a directory of policies.",
        discussion: """
            Suites are the files that begin with `tests:`. Prints every failure with its place, what was expected, what \
            came out and why, and the rules that no case reaches. Exit code 0: every case came out as expected; 1: some \
            did not, or with --strict a rule is not reached, or with --mutate a change of a rule is not noticed; 2: \
            policies or suites have errors.
            """)

    @Argument(help: "The directory of policies.")
    var directory = "policies"

    @Option(help: "A directory of suites, where they do not lie below that of the policies.")
    var suites: String?

    @Flag(help: "Drop, invert or widen each rule in turn; name each change that no case notices, and the missing case.")
    var mutate = false

    @Option(help: "With --mutate: only the rules of this module.")
    var module: String?

    @Flag(help: "Rules that no case reaches fail too.")
    var strict = false

    @Flag(help: "Print a JSON object.")
    var json = false

    func validate() throws {
        if module != nil && !mutate { throw ValidationError("--module goes with --mutate") }
    }

    func run() async throws {
        try await CommandLineReport.failures {
            let policies = try LoadedPolicies(directory: directory)
            let suites = try load(for: policies)
            let run = TestRun(suites, on: policies.bundle)
            let hasFailed = !run.failures.isEmpty || strict && !run.isComplete
            // Failing suites would notice every change.
            guard mutate, run.failures.isEmpty else {
                print(json ? run.wire.text : run.report)
                if hasFailed { throw ExitCode.failure }
                return
            }
            let report = try await mutated(policies.files, suites)
            if json {
                print(JSONValue.object(["tests": run.wire, "mutation": report.wire]).text)
            } else {
                print(run.report)
                print(report.report)
            }
            if hasFailed || !report.isComplete { throw ExitCode.failure }
        }
    }

    /// Every mutation on as many cores as there are.
    private func mutated(_ files: [PolicyFile], _ suites: [PolicySuite]) async throws -> MutationReport {
        let run = try MutationRun(files: files, suites: suites, module: module)
        let verdicts = await withTaskGroup(of: (Int, MutationRun.Verdict).self) { group in
            for (number, mutation) in run.mutations.enumerated() { group.addTask { (number, run.judge(mutation)) } }
            return await group.reduce(into: [Int: MutationRun.Verdict]()) { $0[$1.0] = $1.1 }
        }
        return MutationReport(
            run.mutations.enumerated().compactMap { number, mutation in
                verdicts[number].map { (mutation: mutation, verdict: $0) }
            })
    }

    private func load(for policies: LoadedPolicies) throws -> [PolicySuite] {
        let more = try suites.map { try PolicyFolder(path: $0).files() } ?? []
        let loaded: [PolicySuite]
        do throws(SuiteLoadErrors) {
            loaded = try PolicySuite.load(files: policies.files + more, for: policies.bundle)
        } catch {
            LineOutput(descriptor: STDERR_FILENO).write("\(error)")
            throw LoadedPolicies.errorCode
        }
        guard !loaded.isEmpty else {
            LineOutput(descriptor: STDERR_FILENO).write(
                "there is no test suite in \(suites ?? directory); begin a file with `tests: NAME`")
            throw LoadedPolicies.errorCode
        }
        return loaded
    }
}
