import WireFormat

/// A rule's scope and condition, compiled: what must hold of the record.
indirect enum Predicate: Sendable, Hashable {
    case constant(Bool)
    /// The record is about the subject.
    case about
    /// The subject stands in the manager chain of the person the record is about.
    case inChain(ChainDepth)
    /// An attribute of the record compares with a value known at load or with a fact of the subject.
    case compare(attribute: String, Comparator, Operand)
    case and([Predicate])
    case or([Predicate])
    case not(Predicate)

    /// The right side of a comparison.
    enum Operand: Sendable, Hashable {
        case literal(JSONValue)
        case subjectID
        case subjectEmployeeID
    }

    /// What a scope says of the record. Each contains the one before (DESIGN §3, invariants 5 and 6).
    init(_ scope: Scope) {
        switch scope {
        case .none: self = .constant(false)
        case .own: self = .about
        case .subDirect: self = .or([.about, .inChain(.direct)])
        case .subAny: self = .or([.about, .inChain(.any)])
        case .all: self = .constant(true)
        }
    }

    /// Scope and condition together.
    init(_ scope: Scope, when condition: Predicate?) {
        let reach = Predicate(scope)
        guard let condition else {
            self = reach
            return
        }
        self = reach == .constant(true) ? condition : .and([reach, condition])
    }
}
