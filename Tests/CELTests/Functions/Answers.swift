import CEL
import Testing
import WireFormat

/// Evaluates expressions as `celtool` does, for tables of expressions that hold and of those that fail.
enum Answers {
    private static let evaluator = LineEvaluator()

    private static func answer(_ expression: String, isChecked: Bool) throws -> JSONValue {
        let request: JSONValue = ["expr": .string(expression), "disable_check": .bool(!isChecked)]
        return try JSONValue.parse(evaluator.answer(request.text))
    }

    /// Expects that the expression is true, checked and unchecked.
    static func expectTrue(_ expression: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        for isChecked in [true, false] {
            let answer = try answer(expression, isChecked: isChecked)
            #expect(
                answer["value"]?["value"]?.bool == true, "\(expression): \(answer.text)", sourceLocation: sourceLocation
            )
        }
    }

    /// Expects that evaluating fails, also without a check, with these words in the cause.
    static func expectFailure(
        _ expression: String, _ words: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let answer = try answer(expression, isChecked: false)
        let cause = answer["error"]?.string
        #expect(cause?.contains(words) == true, "\(expression): \(answer.text)", sourceLocation: sourceLocation)
    }
}
