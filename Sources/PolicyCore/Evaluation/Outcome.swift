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

    private static func of(_ filter: Filter) -> Outcome {
        switch filter {
        case .all: .yes
        case .none: .no
        default: .depends(filter)
        }
    }
}
