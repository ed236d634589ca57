/// What remains of a program when some of its slots are unknown: an expression over those, everything else computed.
///
/// INVARIANT: for any values of the unknown slots, the residual and the program come to the same.
public indirect enum Residual: Sendable {
    /// A value that is known.
    case literal(Value)
    /// A part that is an error whatever the unknown slots are.
    case failure(EvaluationError)
    /// An unknown slot, by number.
    case slot(Int)
    /// `has` of an unknown slot.
    case present(Int)
    /// An operator (`_==_`, `_<_`, `_in_`, `_[_]`, …) or function by its name; a member call's target comes first.
    case call(String, [Residual])
    /// `operand.field`.
    case select(Residual, field: String)
    /// `has(operand.field)`.
    case has(Residual, field: String)
    case not(Residual)
    /// Two or more terms, none of them an `and`; the outcome is false when one is, whatever errors the others are.
    case and([Residual])
    /// Two or more terms, none of them an `or`.
    case or([Residual])
    case conditional(Residual, then: Residual, otherwise: Residual)
    case list([Residual])
    /// A part that has no simpler form, such as a macro over an unknown list: its place in the text and the slots that
    /// it reads.
    case opaque(offset: Int, slots: [Int])
}

extension Residual {
    /// Whether nothing is unknown any more, and what came of it.
    public var outcome: Result<Value, EvaluationError>? {
        switch self {
        case .literal(let value): .success(value)
        case .failure(let error): .failure(error)
        default: nil
        }
    }

    /// The unknown slots that it depends on.
    public var slots: Set<Int> {
        switch self {
        case .literal, .failure: []
        case .slot(let slot), .present(let slot): [slot]
        case .call(_, let parts), .and(let parts), .or(let parts), .list(let parts):
            parts.reduce(into: []) { $0.formUnion($1.slots) }
        case .select(let part, _), .has(let part, _), .not(let part): part.slots
        case .conditional(let condition, let then, let otherwise):
            condition.slots.union(then.slots).union(otherwise.slots)
        case .opaque(_, let slots): Set(slots)
        }
    }
}

extension Program {
    /// Evaluates what is known and returns what is left. Macros over known lists are unrolled, so that
    /// `subject.groups.exists(g, g == resource.group)` becomes comparisons joined by `or`.
    public func residual<A: Activation>(_ activation: A, budget: inout Budget) -> Residual {
        var machine = Machine(budget: budget, localCount: code.localCount)
        defer { budget = machine.budget }
        return code.residual(code.root, activation, &machine)
    }
}
