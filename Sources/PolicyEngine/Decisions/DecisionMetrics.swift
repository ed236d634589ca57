import Metrics

/// Decisions by outcome and how long they take without HTTP.
struct DecisionMetrics: Sendable {
    private let allowed = Counter(label: "policy_decisions_total", dimensions: [("outcome", "allowed")])
    private let denied = Counter(label: "policy_decisions_total", dimensions: [("outcome", "denied")])
    private let refused = Counter(label: "policy_decisions_total", dimensions: [("outcome", "refused")])
    private let filtered = Counter(label: "policy_plans_total", dimensions: [("outcome", "rows")])
    private let empty = Counter(label: "policy_plans_total", dimensions: [("outcome", "none")])
    private let evaluation = Timer(label: "policy_evaluation_seconds", dimensions: [("question", "check")])
    private let planning = Timer(label: "policy_evaluation_seconds", dimensions: [("question", "plan")])

    func decided(_ isAllowed: Bool, took duration: Duration) {
        (isAllowed ? allowed : denied).increment()
        evaluation.record(duration: duration)
    }

    func planned(isEmpty: Bool, took duration: Duration) {
        (isEmpty ? empty : filtered).increment()
        planning.record(duration: duration)
    }

    /// A request was refused for its form or its facts.
    func countRefusal() { refused.increment() }
}
