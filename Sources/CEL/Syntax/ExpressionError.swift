/// What is wrong with an expression's text, types or names, and where.
public struct ExpressionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of fault, for programs.
    public enum Code: String, Sendable, Hashable {
        /// The text is no expression.
        case syntax
        /// A macro such as `all` has arguments that it cannot take.
        case macro
        /// The text breaks one of `ExpressionLimits`.
        case limit
        /// A name that nothing declares.
        case undeclared
        /// Types that do not fit.
        case type
    }

    /// What kind of fault.
    public let code: Code
    /// UTF-8 offset from the start of the expression.
    public let offset: Int
    /// The same place as line and column.
    public let position: SourcePosition
    /// The cause, lower case, the offending text in backticks.
    public let cause: String
    /// What to write instead, where there is one.
    public let remedy: String?

    init(_ code: Code, at offset: Int, in text: String, _ cause: String, remedy: String? = nil) {
        self.code = code
        self.offset = offset
        position = SourcePosition(offset: offset, in: text)
        self.cause = cause
        self.remedy = remedy
    }

    /// `line:column: cause; remedy`.
    public var description: String { "\(position): \(cause)" + (remedy.map { "; \($0)" } ?? "") }
}

/// All that is wrong with an expression, in the order of its text; never empty.
public struct ExpressionErrors: Error, Sendable, Hashable, CustomStringConvertible {
    /// The faults.
    public let errors: [ExpressionError]

    /// One a line.
    public var description: String { errors.map(\.description).joined(separator: "\n") }
}
