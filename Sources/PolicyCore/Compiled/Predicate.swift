import WireFormat

/// A rule's scope, condition and time, compiled: what must hold of the record and the request.
indirect enum Predicate: Sendable {
    /// The scope covers the record.
    case reach(Scope)
    /// The condition is true.
    case condition(Condition)
    /// The time of the request lies within.
    case during(Validity)
    /// The person has declared an emergency that lasts at most so long.
    case emergency(Duration)
    case and([Predicate])

    /// The parts that must all hold.
    var parts: [Predicate] { if case .and(let parts) = self { parts } else { [self] } }
}
