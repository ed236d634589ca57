import CEL
import WireFormat

/// Gathers what could be changed so that a condition comes to what is wanted, or a part of it does.
struct ConditionRemedies {
    let module: CompiledModule
    let request: DecisionRequest
    let probes: Probes
    let hop: Int?
    private(set) var found: [Remedy] = []
    /// Whether every part of the condition has a value that changes it.
    private(set) var isWhole = true
    /// Whether a part reads the clock.
    private(set) var needsTime = false

    init(module: CompiledModule, request: DecisionRequest, probes: Probes, hop: Int?) {
        self.module = module
        self.request = request
        self.probes = probes
        self.hop = hop
    }

    /// The record as it is, and nothing else known.
    private struct RecordAlone: Activation {
        let facts: Facts

        func answer(_ slot: Int) -> SlotAnswer {
            guard slot < facts.module.sources.count else { return .missing }
            switch facts.module.sources[slot] {
            case .inChain: return .unknown
            case let source: return source.isOfRecord ? facts.answer(slot) : .unknown
            }
        }
    }

    /// Takes a condition apart three times: with nothing known, with the record unknown, and with only the record
    /// known. What compares two facts, or computes with one, is a plain comparison in one of the last two.
    mutating func read(_ condition: Condition, _ wanted: Bool, _ facts: Facts, _ roles: RoleTable) {
        var budget = Budget.standard
        let whole = condition.program.residual(Ignorance(), budget: &budget)
        needsTime = whole.slots.contains { $0 < module.sources.count && module.sources[$0] == .time }
        visit(whole, wanted, facts, roles)
        var rest = self
        rest.isWhole = true
        let withoutRecord = Facts(
            subject: facts.subject, record: nil, context: facts.context, module: facts.module, roles: facts.roles,
            found: nil, hop: facts.hop)
        rest.visit(condition.program.residual(withoutRecord, budget: &budget), wanted, facts, roles)
        rest.visit(condition.program.residual(RecordAlone(facts: facts), budget: &budget), wanted, facts, roles)
        found = rest.found
    }

    private mutating func visit(_ residual: Residual, _ wanted: Bool, _ facts: Facts, _ roles: RoleTable) {
        switch residual {
        case .not(let part): visit(part, !wanted, facts, roles)
        case .and(let parts), .or(let parts): for part in parts { visit(part, wanted, facts, roles) }
        case .conditional(let condition, let then, let otherwise):
            visit(condition, true, facts, roles)
            visit(condition, false, facts, roles)
            visit(then, wanted, facts, roles)
            visit(otherwise, wanted, facts, roles)
        case .literal, .failure: break
        case .slot(let slot):
            switch source(slot) {
            case .attribute(let name, .boolean): attribute(name, .boolean, .equal, .bool(wanted), isNegated: false)
            case .isDelegated where !wanted: add(Remedy(change: .alone))
            default: isWhole = false
            }
        case .call(RequestFunctions.inChain, let parts):
            let depth = RequestFunctions.depth(
                of: parts.map { part in if case .literal(let value) = part { value } else { Value.null } })
            add(Remedy(change: .relation(!wanted ? .other : depth == .direct ? .direct : .inChain)))
            if request.subject.employeeID == nil { add(Remedy(change: .employee)) }
        case .call(RequestFunctions.hasRole, let parts): hasRole(parts, wanted, roles)
        case .call(let name, let parts): compare(name, parts, wanted, facts)
        case .present, .select, .has, .list, .opaque: guess(residual)
        }
    }

    private func source(_ slot: Int) -> SlotSource? {
        module.sources.indices.contains(slot) ? module.sources[slot] : nil
    }

    private mutating func add(_ remedy: Remedy) { if !found.contains(remedy) { found.append(remedy) } }

    private mutating func hasRole(_ parts: [Residual], _ wanted: Bool, _ roles: RoleTable) {
        guard case .literal(.string(let name))? = parts.first, let number = roles.numbers[name] else {
            isWhole = false
            return
        }
        let id = hop.map { request.subject.act[$0].id }
        if wanted { return add(Remedy(change: .role(name, hop: id), hop: hop)) }
        for held in hop.map({ request.subject.act[$0].roles }) ?? request.subject.roles {
            if let role = roles.numbers[held], roles.held[role].contains(number) {
                add(Remedy(change: .withoutRole(held, hop: id), hop: hop))
            }
        }
    }

    // MARK: - Comparisons

    private static let mirrored = ["_<_": "_>_", "_<=_": "_>=_", "_>_": "_<_", "_>=_": "_<=_"]
    private static let comparators: [String: Comparator] = [
        "_==_": .equal, "_!=_": .equal, "_<_": .less, "_<=_": .lessOrEqual, "_>_": .greater, "_>=_": .greaterOrEqual,
    ]

    private mutating func compare(_ name: String, _ parts: [Residual], _ wanted: Bool, _ facts: Facts) {
        guard parts.count == 2 else { return guess(.call(name, parts)) }
        if name == "_in_" { return contained(parts[0], parts[1], wanted, facts) }
        guard let comparator = Self.comparators[name] else { return guess(.call(name, parts)) }
        let isNegated = (name == "_!=_") == wanted
        let mirror = Self.comparators[Self.mirrored[name] ?? name] ?? comparator
        switch (parts[0], parts[1]) {
        case (.slot(let slot), .literal(let value)): change(slot, comparator, value, isNegated, .call(name, parts))
        case (.literal(let value), .slot(let slot)): change(slot, mirror, value, isNegated, .call(name, parts))
        case (.slot(let left), .slot(let right)):
            // Each is compared with what the other is now.
            let isKnown = [(left, right, comparator), (right, left, mirror)].filter { slot, other, comparator in
                guard case .attribute? = source(slot), case .value(let value) = facts.answer(other) else {
                    return false
                }
                change(slot, comparator, value, isNegated, .call(name, parts))
                return true
            }
            if isKnown.isEmpty { guess(.call(name, parts)) }
        default: guess(.call(name, parts))
        }
    }

    private mutating func contained(_ left: Residual, _ right: Residual, _ wanted: Bool, _ facts: Facts) {
        switch (left, right) {
        case (.slot(let slot), .literal(.list(let values))):
            guard case .attribute(let name, let type)? = source(slot) else { return guess(.list([left, right])) }
            attribute(name, type, .oneOf, .array(values.compactMap { type.stated($0) }), isNegated: !wanted)
        case (.literal(.string(let method)), .slot(let slot)) where source(slot) == .signInMethods:
            if wanted { add(Remedy(change: .signIn(within: nil, methods: [method]))) } else { isWhole = false }
        default: guess(.list([left, right]))
        }
    }

    private mutating func change(
        _ slot: Int, _ comparator: Comparator, _ value: Value, _ isNegated: Bool, _ whole: Residual
    ) {
        switch (source(slot), value) {
        case (.attribute(let name, let type)?, _):
            guard let stated = type.stated(value) ?? Self.moment(value) else { return guess(whole) }
            attribute(name, type, comparator, stated, isNegated: isNegated)
        case (.ip?, .string(let address)) where comparator == .equal && !isNegated:
            add(Remedy(change: .address(address)))
        case (.time?, .timestamp(let limit)) where comparator != .equal:
            let at = Instant(seconds: limit.seconds)
            let isBefore = (comparator == .less || comparator == .lessOrEqual) != isNegated
            add(
                isBefore
                    ? Remedy(change: .time(from: nil, until: at), instant: at.adding(.seconds(-1)))
                    : Remedy(change: .time(from: at, until: nil), instant: at.adding(.seconds(1))))
        default: guess(whole)
        }
    }

    private static func moment(_ value: Value) -> JSONValue? {
        guard case .timestamp(let time) = value else { return nil }
        return .string(Instant(seconds: time.seconds).rfc3339)
    }

    private mutating func attribute(
        _ name: String, _ type: AttributeType, _ comparator: Comparator, _ value: JSONValue, isNegated: Bool
    ) {
        // Whom the record is about is a matter of relation.
        if name == module.about?.name, comparator == .equal {
            let own = module.about?.person == .member ? request.subject.id : request.subject.employeeID
            if let own, value == .string(own) { return add(Remedy(change: .relation(isNegated ? .other : .own))) }
        }
        let (shown, isNegation) =
            isNegated ? comparator.negated.map { ($0, false) } ?? (comparator, true) : (comparator, false)
        guard let witness = type.witness(shown, value, isNegated: isNegation) else {
            isWhole = false
            return
        }
        // A truth value that is not the one is the other.
        if type == .boolean, isNegation, shown == .equal {
            return add(Remedy(change: .attribute(name, .equal, witness, isNegated: false), value: witness))
        }
        add(Remedy(change: .attribute(name, shown, value, isNegated: isNegation), value: witness))
    }

    // MARK: - Anything else

    /// Values that may change a part that is more than a comparison: they are tried, and those that do nothing are not
    /// kept.
    private mutating func guess(_ residual: Residual) {
        isWhole = false
        for slot in residual.slots.sorted() {
            switch source(slot) {
            case .attribute(let name, let type)?:
                for value in probes.attributes[name] ?? [] where !value.isNull && type.value(of: value) != nil {
                    add(Remedy(change: .attribute(name, .equal, value, isNegated: false), value: value))
                }
            case .signInTime?:
                let now = request.context.time ?? Probes.now
                for age in probes.signInAges.sorted() where age >= .zero {
                    add(Remedy(change: .signIn(within: age, methods: []), instant: now.adding(.zero - age)))
                }
            case .time?:
                for time in probes.times.sorted().prefix(Self.mostTimes) {
                    add(Remedy(change: .time(from: time, until: time.adding(.seconds(1))), instant: time))
                }
            case .ip?: for address in probes.addresses.sorted() { add(Remedy(change: .address(address))) }
            default: break
            }
        }
    }

    /// An hour for each hour of a day and a day for each of a week is what conditions tell between.
    private static let mostTimes = 32
}

extension Comparator {
    /// The comparison that holds where this one does not; nil where there is no word for it.
    var negated: Comparator? {
        switch self {
        case .less: .greaterOrEqual
        case .lessOrEqual: .greater
        case .greater: .lessOrEqual
        case .greaterOrEqual: .less
        case .equal, .oneOf: nil
        }
    }
}

extension AttributeType {
    /// A value of the type that compares so, or, negated, does not; nil when none is known.
    func witness(_ comparator: Comparator, _ value: JSONValue, isNegated: Bool) -> JSONValue? {
        let values = if case .array(let values) = value { values } else { [value] }
        switch comparator {
        case .equal, .oneOf: return isNegated ? other(than: values) : values.first
        case .less: return moved(value, by: -1)
        case .greater: return moved(value, by: 1)
        case .lessOrEqual, .greaterOrEqual: return moved(value, by: 0)
        }
    }

    private func other(than values: [JSONValue]) -> JSONValue? {
        switch self {
        case .enumeration(let words): words.map(JSONValue.string).first { !values.contains($0) }
        case .boolean: [true, false].map(JSONValue.bool).first { !values.contains($0) }
        case .integer:
            (0...Int64(values.count)).map(JSONValue.integer).first { !values.contains($0) }
        case .string, .uuid, .employee, .member: values.contains("something-else") ? nil : "something-else"
        case .day, .instant: values.first.flatMap { moved($0, by: 1) }
        }
    }

    /// The next value up or down, or this very one.
    private func moved(_ value: JSONValue, by step: Int64) -> JSONValue? {
        switch (self, value) {
        case (.integer, .integer(let number)):
            let (moved, isOver) = number.addingReportingOverflow(step)
            return isOver ? nil : .integer(moved)
        case (.day, .string(let text)):
            guard let moment = Day(text).map({ Int64($0.daysSinceEpoch) * 86_400 }) ?? Instant(rfc3339: text)?.seconds
            else { return nil }
            return .string(Day(Instant(seconds: moment + step * 86_400)).text)
        case (.instant, .string(let text)):
            return Instant(rfc3339: text).map { .string($0.adding(.seconds(step)).rfc3339) }
        default: return nil
        }
    }
}
