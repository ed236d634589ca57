/// How much work an evaluation may still do. Every node, every element a macro visits and every byte or element that a
/// function reads or builds costs; so time and memory are bounded by the budget alone.
public struct Budget: Sendable {
    /// How many bytes of text are read or built for one step: a machine word, which costs about what a node does.
    public static let bytesPerStep = 8

    /// Steps left.
    public private(set) var remaining: Int

    /// A budget of so many steps.
    public init(steps: Int) { remaining = steps }

    /// Spends steps, or fails with `exhausted`; what is exhausted stays so.
    public mutating func spend(_ steps: Int) throws(EvaluationError) {
        let (left, overflow) = remaining.subtractingReportingOverflow(steps)
        remaining = overflow ? -1 : left
        if remaining < 0 { throw EvaluationError(.exhausted, "the condition takes more steps than are allowed") }
    }

    /// Spends what it costs to read or build so many bytes; less than a word is free.
    public mutating func spend(bytes: Int) throws(EvaluationError) {
        if bytes >= Self.bytesPerStep { try spend(bytes / Self.bytesPerStep) }
    }
}
