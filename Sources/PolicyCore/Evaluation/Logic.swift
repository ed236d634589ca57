/// The values of the logic in which a policy is evaluated. One evaluator serves checks and plans: with a record it works
/// in `Truth` and builds nothing; without one it works in `Outcome`, whose values can be filters.
protocol Logic: Sendable {
    static var yes: Self { get }
    static var no: Self { get }
    /// Not true, because a fact is missing.
    static var missing: Self { get }

    /// Whether all grants that took part are told, and not only the widest. A check does not tell the others, and need
    /// not look for them.
    static var tellsAllGrants: Bool { get }

    /// What a predicate over an unknown record comes to.
    static func leaf(_ filter: Filter) -> Self
    /// What a condition, or its negation, comes to.
    static func value(of condition: Condition, negated: Bool, _ evaluator: inout Evaluator<Self>) -> Self

    var isYes: Bool { get }
    var isNo: Bool { get }
    /// Whether it is true, or is for some records.
    var isPossible: Bool { get }

    func and(_ other: Self) -> Self
    func or(_ other: Self) -> Self
}

extension Logic {
    static func of(_ truth: Bool) -> Self { truth ? .yes : .no }
}

extension Truth: Logic {
    static var missing: Truth { .unknown }
    static var tellsAllGrants: Bool { false }

    /// Never asked for: with a record every predicate has a value.
    static func leaf(_ filter: Filter) -> Truth { .unknown }

    static func value(of condition: Condition, negated: Bool, _ evaluator: inout Evaluator<Truth>) -> Truth {
        let truth = evaluator.remembered(condition)
        return negated ? truth.negation : truth
    }

    var isYes: Bool { self == .yes }
    var isNo: Bool { self == .no }
    var isPossible: Bool { self == .yes }

    private var negation: Truth {
        switch self {
        case .yes: .no
        case .no: .yes
        case .unknown: .unknown
        }
    }

    func and(_ other: Truth) -> Truth {
        if self == .no || other == .no { return .no }
        return self == .yes && other == .yes ? .yes : .unknown
    }

    func or(_ other: Truth) -> Truth {
        if self == .yes || other == .yes { return .yes }
        return self == .no && other == .no ? .no : .unknown
    }
}

extension Outcome: Logic {
    static var tellsAllGrants: Bool { true }

    static func leaf(_ filter: Filter) -> Outcome { .depends(filter) }

    static func value(of condition: Condition, negated: Bool, _ evaluator: inout Evaluator<Outcome>) -> Outcome {
        evaluator.translated(condition, negated: negated)
    }

    var isNo: Bool { if case .no = self { true } else { false } }
}
