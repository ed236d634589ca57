import WireFormat

/// A rule's scope and condition, compiled: what must hold of the record.
indirect enum Predicate: Sendable, Hashable {
    /// The scope covers the record.
    case reach(Scope)
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

    /// Scope and condition together.
    init(_ scope: Scope, when condition: Predicate?) {
        guard let condition else {
            self = .reach(scope)
            return
        }
        self = scope == .all ? condition : .and([.reach(scope), condition])
    }
}
