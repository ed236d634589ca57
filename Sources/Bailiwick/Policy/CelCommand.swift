import ArgumentParser
import CEL

/// `bailiwick cel`: evaluates expressions from standard input, a JSON object a line, for tests of the language.
struct CelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cel",
        abstract: "Evaluate CEL expressions, a JSON object a line in and out.",
        discussion: """
            Reads {"expr", "container"?, "bindings"?, "disable_check"?} and writes {"value": …} or {"error": "…"}.
            """)

    func run() throws {
        let evaluator = LineEvaluator()
        while let line = readLine() { print(evaluator.answer(line)) }
    }
}
