/// What an evaluation comes to.
public enum Outcome: Sendable {
    case value(Value)
    case failure(EvaluationFailure)
    /// It depends on slots that are unknown.
    case unknown
}

/// An evaluation's error and the place of the expression that raised it.
public struct EvaluationFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong.
    public let error: EvaluationError
    /// UTF-8 offset in the expression's text.
    public let offset: Int

    public var description: String { error.description }
}

/// What a condition comes to, for the caller that needs no more than that.
public enum Truth: UInt8, Sendable, Hashable {
    case `false`
    case `true`
    /// It depends on slots that are unknown.
    case unknown
    /// An error; `Program.evaluate` tells which.
    case failed
    /// The budget is spent: the only error that no operator absorbs.
    case exhausted
}
