import ArgumentParser
import PolicyCore
import PolicyTools
import WireFormat

/// `bailiwick policy eval`: decides AuthZEN requests from standard input, a JSON object a line in and out.
struct PolicyEvalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "Decide requests, a JSON object a line in and out.",
        discussion: """
            Reads {"subject", "action", "resource", "context"} as AuthZEN 1.0 has them, all facts from the caller, and \
            writes the decision or {"error": "…"}; an empty line is passed over. There is no clock: a request without \
            `context.time` has no time. With --why-not a denial also has the smallest changes that would allow it, whole \
            (`admin`) or as the person concerned may see them (`user`). Exit code 0: every line was a request; 1: some were not; 2: the policies have \
            errors.
            """)

    @Argument(help: "The directory of policies.")
    var directory = "policies"

    @Option(help: "Add `why_not` to denials: `admin` or `user`.")
    var whyNot: Audience?

    /// `LineDecider.Audience` as a word of the command line.
    enum Audience: String, ExpressibleByArgument, CaseIterable {
        case admin, user
    }

    func run() async throws {
        try await CommandLineReport.failures {
            let decider = LineDecider(
                bundle: try LoadedPolicies(directory: directory).bundle,
                whyNot: whyNot.flatMap { LineDecider.Audience(rawValue: $0.rawValue) })
            var hasErrors = false
            while let line = readLine() {
                if line.allSatisfy(\.isWhitespace) { continue }
                let answer = decider.answer(line)
                if answer["error"] != nil { hasErrors = true }
                print(answer.text)
            }
            if hasErrors { throw ExitCode.failure }
        }
    }
}
