import CEL
import WireFormat

/// The one evaluator, for the facts of one request.
struct Evaluator<Result: Logic> {
    private(set) var facts: Facts
    /// The roles that count at present.
    private(set) var given: RoleBits
    private var budget = Budget.standard
    // What scopes come to, found once a request.
    private var own: Result?
    private var direct: Result?
    private var below: Result?
    // What the first conditions of the module come to for the present holder: looked at, true, false.
    private var judged: UInt64 = 0
    private var isTrue: UInt64 = 0
    private var isFalse: UInt64 = 0
    /// Conditions whose value is kept for the request, one bit each.
    private static var remembered: Int { 64 }

    init(_ facts: Facts) {
        self.facts = facts
        given = facts.roles.given(facts.subject.pointee.roles)
    }

    /// The request's circumstances.
    var context: RequestContext { facts.context.pointee }
    /// The person acted for.
    var subject: Subject { facts.subject.pointee }

    /// Goes on with the roles of a hop, or with the subject's; `self` and `sub` are measured from the person acted for
    /// all the same.
    mutating func hold(hop: Int?) {
        facts.hop = hop
        given = facts.roles.given(facts.holderNames)
        judged = 0
    }

    /// Whether a scope covers the record (DESIGN §3, invariants 5 and 6).
    mutating func reach(_ scope: Scope) -> Result {
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
            let found = reachOwnOr(.direct)
            direct = found
            return found
        case .subAny:
            if let below { return below }
            let found = reachOwnOr(.any)
            below = found
            return found
        }
    }

    private mutating func reachOwnOr(_ depth: ChainDepth) -> Result {
        let own = reach(.own)
        return own.isYes ? own : own.or(inChain(depth, negated: false))
    }

    /// Whether a predicate, or its negation, is true.
    ///
    /// Negation is pushed to the leaves: in what remains a leaf that is not known to hold is as good as false, so a
    /// missing fact never has to be carried into a filter (Kleene's logic is monotone there).
    mutating func evaluate(_ predicate: Predicate, negated: Bool = false) -> Result {
        switch predicate {
        case .reach(let scope): return negated ? escape(scope) : reach(scope)
        case .condition(let condition): return Result.value(of: condition, negated: negated, &self)
        case .during(let validity):
            guard let time = context.time else { return .missing }
            return .of(validity.contains(time) != negated)
        case .emergency(let most): return .of(isEmergency(most) != negated)
        case .and(let parts): return negated ? anyNegated(parts) : all(parts)
        }
    }

    /// What a condition comes to on the record; an error is a missing fact.
    mutating func remembered(_ condition: Condition) -> Truth {
        let bit: UInt64 = condition.number < Self.remembered ? 1 &<< UInt64(condition.number) : 0
        if judged & bit != 0 {
            return isTrue & bit != 0 ? .yes : isFalse & bit != 0 ? .no : .unknown
        }
        judged |= bit
        isTrue &= ~bit
        isFalse &= ~bit
        switch condition.program.decide(facts, budget: &budget) {
        case .true:
            isTrue |= bit
            return .yes
        case .false:
            isFalse |= bit
            return .no
        case .unknown, .failed, .exhausted: return .unknown
        }
    }

    /// The records of which a condition, or its negation, is true.
    mutating func translated(_ condition: Condition, negated: Bool) -> Outcome {
        let residual = condition.program.residual(facts, budget: &budget)
        return FilterTranslator(sources: facts.module.sources, employeeID: subject.employeeID)
            .outcome(residual, negated: negated)
    }

    private func isEmergency(_ most: Duration) -> Bool {
        guard let emergency = context.emergency, let time = context.time, !emergency.reason.isEmpty else {
            return false
        }
        return emergency.since <= time && time < emergency.until && time.since(emergency.since) < most
    }

    /// Whether a scope is known not to cover the record.
    private func escape(_ scope: Scope) -> Result {
        switch scope {
        case .none: .yes
        case .all: .no
        case .own: aboutSubject(negated: true)
        case .subDirect: aboutSubject(negated: true).and(inChain(.direct, negated: true))
        case .subAny: aboutSubject(negated: true).and(inChain(.any, negated: true))
        }
    }

    private mutating func all(_ parts: [Predicate]) -> Result {
        var result = Result.yes
        for part in parts {
            result = result.and(evaluate(part))
            if result.isNo { return result }
        }
        return result
    }

    private mutating func anyNegated(_ parts: [Predicate]) -> Result {
        var result = Result.no
        for part in parts {
            result = result.or(evaluate(part, negated: true))
            if result.isYes { return result }
        }
        return result
    }

    private func aboutSubject(negated: Bool) -> Result {
        guard let about = facts.module.about,
            let subject = about.person == .member ? facts.subject.pointee.id : facts.subject.pointee.employeeID
        else { return .missing }
        guard let record = facts.record else { return leaf(.about(subject: subject), negated) }
        guard let person = record.pointee.person(about: about.name) else { return .missing }
        return .of(sameBytes(person, subject) != negated)
    }

    private func inChain(_ depth: ChainDepth, negated: Bool) -> Result {
        guard let employeeID = facts.subject.pointee.employeeID else { return .missing }
        guard let record = facts.record else { return leaf(.inChain(subject: employeeID, depth: depth), negated) }
        guard let chain = record.pointee.managerChain else { return .missing }
        return .of(Filter.stands(employeeID, in: chain, depth) != negated)
    }

    private func leaf(_ filter: Filter, _ negated: Bool) -> Result { .leaf(negated ? .not(filter) : filter) }
}
