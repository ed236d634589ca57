import CEL
import MarkedYAML

extension Diagnostics {
    /// Adds what is wrong with a condition. Its places are columns of the file where the condition stands plain on one
    /// line; otherwise the place within the condition is told in words.
    mutating func add(_ errors: ExpressionErrors, of source: ConditionSource) {
        for error in errors.errors {
            if source.isExact, error.position.line == 1 {
                let mark = Mark(line: source.mark.line, column: source.mark.column + error.position.column - 1)
                add(mark, error.cause, remedy: error.remedy)
            } else {
                let place = "at \(error.position) of the condition"
                add(source.mark, "\(error.cause), \(place)", remedy: error.remedy)
            }
        }
    }
}
