import WireFormat

/// What a predicate comes to when some facts are known.
///
/// It answers "is it true?", so that what can never be true for lack of a fact needs no further shape.
enum Outcome: Sendable {
    /// True.
    case yes
    /// False.
    case no
    /// Not true, because a fact is missing.
    case missing
    /// True for the records that the filter lets through.
    case depends(Filter)

    /// The records for which it is true.
    var filter: Filter {
        switch self {
        case .yes: .all
        case .no, .missing: .none
        case .depends(let filter): filter
        }
    }

    var isYes: Bool { if case .yes = self { true } else { false } }

    /// Whether it is true of this record, or of some that are not looked at yet.
    var isPossible: Bool {
        switch self {
        case .yes, .depends: true
        case .no, .missing: false
        }
    }

    func and(_ other: Outcome) -> Outcome {
        switch (self, other) {
        case (.no, _), (_, .no): .no
        case (.missing, _), (_, .missing): .missing
        case (.yes, let rest), (let rest, .yes): rest
        case (.depends(let left), .depends(let right)): Self.of(.all(of: [left, right]))
        }
    }

    func or(_ other: Outcome) -> Outcome {
        switch (self, other) {
        case (.yes, _), (_, .yes): .yes
        case (.no, let rest), (let rest, .no): rest
        case (.missing, let rest), (let rest, .missing): rest
        case (.depends(let left), .depends(let right)): Self.of(.any(of: [left, right]))
        }
    }

    /// The disjunction with something that is looked at only where this is not true already.
    func or(_ other: () -> Outcome) -> Outcome {
        if case .yes = self { return self }
        return or(other())
    }

    private static func of(_ filter: Filter) -> Outcome {
        switch filter {
        case .all: .yes
        case .none: .no
        default: .depends(filter)
        }
    }
}

/// The one evaluator. With a record it gives `yes`, `no` or `missing` without building anything; without one it gives
/// the filter of the records for which the predicate is true.
///
/// Negation is pushed to the leaves while it walks: in what remains a leaf that is not known to hold is as good as
/// false, so `missing` never has to be carried into a filter (Kleene's logic is monotone there).
struct Evaluator {
    /// The person acted for; under `act`, every hop is measured from here (DESIGN §3, invariant 6).
    private let subjectID: String
    private let employeeID: String?
    private let about: AboutAttribute?
    /// The record; nil when any record is meant.
    private let record: Resource?
    // What scopes come to, found once a request.
    private var own: Outcome?
    private var direct: Outcome?
    private var below: Outcome?

    init(subject: Subject, about: AboutAttribute?, record: Resource?) {
        subjectID = subject.id
        employeeID = subject.employeeID
        self.about = about
        self.record = record
    }

    /// Whether a scope covers the record (DESIGN §3, invariants 5 and 6).
    mutating func reach(_ scope: Scope) -> Outcome {
        switch scope {
        case .none: return .no
        case .all: return .yes
        case .own:
            if let own { return own }
            let found = aboutSubject(negated: false)
            own = found
            return found
        case .subDirect:
            if let direct { return direct }
            let found = reach(.own).or { inChain(.direct, negated: false) }
            direct = found
            return found
        case .subAny:
            if let below { return below }
            let found = reach(.own).or { inChain(.any, negated: false) }
            below = found
            return found
        }
    }

    /// Whether a predicate, or its negation, is true.
    mutating func evaluate(_ predicate: Predicate, negated: Bool = false) -> Outcome {
        switch predicate {
        case .reach(let scope): return negated ? escape(scope) : reach(scope)
        case .compare(let attribute, let comparator, let operand):
            return compare(attribute, comparator, operand, negated)
        case .not(let inner): return evaluate(inner, negated: !negated)
        case .and(let parts): return negated ? anyOf(parts, negated) : allOf(parts, negated)
        case .or(let parts): return negated ? allOf(parts, negated) : anyOf(parts, negated)
        }
    }

    /// Whether a scope is known not to cover the record.
    private func escape(_ scope: Scope) -> Outcome {
        switch scope {
        case .none: .yes
        case .all: .no
        case .own: aboutSubject(negated: true)
        case .subDirect: aboutSubject(negated: true).and(inChain(.direct, negated: true))
        case .subAny: aboutSubject(negated: true).and(inChain(.any, negated: true))
        }
    }

    private mutating func allOf(_ parts: [Predicate], _ negated: Bool) -> Outcome {
        var result = Outcome.yes
        for part in parts {
            result = result.and(evaluate(part, negated: negated))
            if case .no = result { return result }
        }
        return result
    }

    private mutating func anyOf(_ parts: [Predicate], _ negated: Bool) -> Outcome {
        var result = Outcome.no
        for part in parts {
            result = result.or(evaluate(part, negated: negated))
            if case .yes = result { return result }
        }
        return result
    }

    private func aboutSubject(negated: Bool) -> Outcome {
        guard let about, let subject = about.person == .member ? subjectID : employeeID else { return .missing }
        guard let record else { return leaf(.about(subject: subject), negated) }
        guard let person = record.person(about: about.name) else { return .missing }
        return sameBytes(person, subject) != negated ? .yes : .no
    }

    private func inChain(_ depth: ChainDepth, negated: Bool) -> Outcome {
        guard let employeeID else { return .missing }
        guard let record else { return leaf(.inChain(subject: employeeID, depth: depth), negated) }
        guard let chain = record.managerChain else { return .missing }
        return Filter.stands(employeeID, in: chain, depth) != negated ? .yes : .no
    }

    private func compare(
        _ attribute: String, _ comparator: Comparator, _ operand: Predicate.Operand, _ negated: Bool
    ) -> Outcome {
        let value: JSONValue
        switch operand {
        case .literal(let literal): value = literal
        case .subjectID: value = .string(subjectID)
        case .subjectEmployeeID:
            guard let employeeID else { return .missing }
            value = .string(employeeID)
        }
        guard let record else { return leaf(.compare(attribute: attribute, comparator, value), negated) }
        guard let stated = record.value(of: attribute) else { return .missing }
        return switch comparator.truth(stated, value) {
        case .yes: negated ? .no : .yes
        case .no: negated ? .yes : .no
        case .unknown: .missing
        }
    }

    private func leaf(_ filter: Filter, _ negated: Bool) -> Outcome {
        .depends(negated ? .not(filter) : filter)
    }
}
