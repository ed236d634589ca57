import WireFormat

/// What a step found to be otherwise than it must be.
struct StepFailure: Error, CustomStringConvertible {
    /// What was expected, and what came.
    let description: String
}

/// Plays the steps, prints each as a line that a person can follow, and remembers whether all held.
struct Screenplay {
    private let output: LineOutput
    private(set) var held = 0
    private(set) var failed: [String] = []

    /// A play that prints to `output`.
    init(output: LineOutput) { self.output = output }

    /// Prints a heading.
    func heading(_ text: String) { output.write("\n\(text)") }

    /// Prints something that is not checked.
    func remark(_ text: String) { output.write("      \(text)") }

    /// Plays one step: what `body` returns is added to the line as the evidence.
    mutating func step(_ number: String, _ title: String, _ body: () async throws -> String) async {
        do {
            let evidence = try await body()
            held += 1
            output.write("  \(Self.column(number)) ok  \(title)\n         \(evidence)")
        } catch {
            failed.append("\(number) \(title)")
            output.write("  \(Self.column(number)) FAILED  \(title)\n         \(error)")
        }
    }

    private static func column(_ number: String) -> String {
        number + String(repeating: " ", count: max(0, 4 - number.count))
    }
}

/// Throws a `StepFailure` unless the condition holds.
func require(_ condition: Bool, _ expectation: @autoclosure () -> String) throws {
    guard condition else { throw StepFailure(description: "expected \(expectation())") }
}

/// The value, or a `StepFailure` when there is none.
func require<T>(_ value: T?, _ expectation: @autoclosure () -> String) throws -> T {
    guard let value else { throw StepFailure(description: "expected \(expectation())") }
    return value
}

extension APIClient.Answer {
    /// This answer, if it has the status.
    @discardableResult
    func with(status expected: Int) throws -> APIClient.Answer {
        try require(
            status == expected,
            "status \(expected), not \(status): \(json["type"]?.string ?? "") \(json["detail"]?.string ?? json.text)")
        return self
    }

    /// The problem's code: `no-grant` of `urn:bailiwick:problem:no-grant`.
    var problem: String? { json["type"]?.string.flatMap { $0.split(separator: ":").last.map(String.init) } }
}
