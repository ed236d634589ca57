/// Why an evaluation has no value; it is a value of the language's logic (`true || error` is true).
public struct EvaluationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, for programs.
    public enum Code: String, Sendable, Hashable {
        case noSuchOverload = "no_such_overload"
        case noSuchKey = "no_such_key"
        case noSuchField = "no_such_field"
        case undeclared = "undeclared_reference"
        case invalidArgument = "invalid_argument"
        case outOfRange = "out_of_range"
        case divideByZero = "divide_by_zero"
        /// The budget of steps is spent: the only error that no operator absorbs.
        case exhausted
    }

    /// What went wrong.
    public let code: Code
    /// The cause, lower case, for people.
    public let detail: String

    /// An error of one's own.
    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    public var description: String { detail }
}
