/// Finds the smallest sets of changes: breadth first, so that the small ones come first, and always from what fails.
///
/// Whatever fails (a denial that matches, no grant that does, an obligation that is not met) a request that is allowed
/// differs from this one in something that it reads; so a step tries just the changes of that. A set that contains a
/// found one is not looked at, and every set that is found has been decided by `check`.
struct WhyNotSearch {
    private let bundle: PolicyBundle
    private let entry: PolicyBundle.ActionEntry
    private let request: DecisionRequest
    private let layers: [ActionRules]
    private let limits: WhyNotLimits
    private var reader: RemedyReader
    private var tries = 0
    private(set) var isComplete = true

    /// A set of changes and what it has overcome.
    struct State {
        var numbers: [Int]
        var overcome: [PolicyRule] = []
    }

    /// What stands in the way.
    private enum Obstacle {
        case denial(HeldRule, DenialIndex, hop: Int?)
        case grants(GrantIndex, hop: Int?)
        case obligation(CompiledObligation)
    }

    init(_ bundle: PolicyBundle, _ entry: PolicyBundle.ActionEntry, _ request: DecisionRequest, _ limits: WhyNotLimits)
    {
        self.bundle = bundle
        self.entry = entry
        self.request = request
        self.limits = limits
        layers = [entry.action.rules, bundle.overlayRules(of: request.subject.tenant, for: request.action)]
            .compactMap(\.self)
        reader = RemedyReader(bundle, entry, request, limits)
    }

    /// The ways, those with the fewest changes first.
    mutating func ways() -> [WhyNot.Way] {
        var found: [State] = []
        var level = [State(numbers: [])]
        var seen: Set<[Int]> = [[]]
        for _ in 0...(limits.changes + limits.recordChanges) {
            var next: [State] = []
            for state in level where !found.contains(where: { Self.isSubset($0.numbers, of: state.numbers) }) {
                guard found.count < limits.ways * 2, tries < limits.tries else {
                    isComplete = false
                    break
                }
                tries += 1
                guard let obstacle = obstacle(for: state.numbers) else {
                    found.append(state)
                    continue
                }
                let (rule, numbers) = remedies(against: obstacle)
                for number in numbers where !state.numbers.contains(number) && fits(number, state.numbers) {
                    let grown = (state.numbers + [number]).sorted()
                    guard seen.insert(grown).inserted else { continue }
                    var overcome = state.overcome
                    if let rule, !overcome.contains(rule) { overcome.append(rule) }
                    next.append(State(numbers: grown, overcome: overcome))
                }
            }
            level = next
        }
        if reader.isPartial { isComplete = false }
        let kept = found.filter { state in !found.contains { isBetter($0, than: state) } }
        if kept.count > limits.ways { isComplete = false }
        return kept.prefix(limits.ways).map(way)
    }

    // MARK: - What stands in the way

    /// What stands in the way of the changed request; nil when it is allowed.
    private func obstacle(for numbers: [Int]) -> Obstacle? {
        let changed = changed(numbers)
        let supposed = supposed(numbers)
        return bundle.withFacts(of: changed, entry) { facts in
            var evaluator = Evaluator<Truth>(facts)
            var emergencyRule: CompiledRule?
            for hop in [nil] + changed.subject.act.indices.map(Optional.some) {
                evaluator.hold(hop: hop)
                for layer in layers {
                    for held in layer.denials.forEveryone + evaluator.given.flatMap({ layer.denials.rows[$0] })
                    where !Self.holds(held.predicate, negated: true, supposed, &evaluator) {
                        return .denial(held, layer.denials, hop: hop)
                    }
                    guard let grants = layer.grants else { continue }
                    let given = evaluator.given.flatMap { grants.rows[$0] }
                    let matching = given.filter { Self.holds($0.predicate, negated: false, supposed, &evaluator) }
                    if matching.isEmpty { return .grants(grants, hop: hop) }
                    emergencyRule = emergencyRule ?? matching.first { $0.rule.breakGlass != nil }?.rule
                }
            }
            let owed = bundle.obligations(
                entry.action.rules, layers.count > 1 ? layers[1] : nil, emergencyRule, action: changed.action,
                resource: changed.resource.id, &evaluator)
            let unmet = owed.unmet.compactMap { each in
                layers.flatMap(\.obligations).first { obligation in
                    obligation.id == each.id
                        && !(obligation.condition.map { supposed[ObjectIdentifier($0)] == false } ?? false)
                }
            }
            return unmet.first.map(Obstacle.obligation)
        }
    }

    private static func holds(
        _ predicate: Predicate, negated: Bool, _ supposed: [ObjectIdentifier: Bool],
        _ evaluator: inout Evaluator<Truth>
    ) -> Bool {
        for part in predicate.parts {
            let value: Truth
            if case .condition(let condition) = part, let truth = supposed[ObjectIdentifier(condition)] {
                value = .of(truth != negated)
            } else {
                value = evaluator.evaluate(part, negated: negated)
            }
            // All must hold; of the negation one must.
            if value.isYes == negated { return negated }
        }
        return !negated
    }

    private mutating func remedies(against obstacle: Obstacle) -> (PolicyRule?, [Int]) {
        switch obstacle {
        case .denial(let held, let denials, let hop):
            (PolicyRule(.denial, held.rule), reader.remedies(againstDenial: held, denials, hop: hop) + alone())
        case .grants(let grants, let hop):
            (nil, reader.remedies(forGrants: grants, hop: hop) + (hop == nil ? [] : alone()))
        case .obligation(let obligation): (PolicyRule(obligation), reader.remedies(forObligation: obligation))
        }
    }

    /// That nobody acts for the subject.
    private mutating func alone() -> [Int] {
        request.subject.act.isEmpty ? [] : [reader.number(Remedy(change: .alone))].compactMap(\.self)
    }

    // MARK: - Sets of changes

    private func fits(_ number: Int, _ numbers: [Int]) -> Bool {
        let (remedy, others) = (reader.remedies[number], numbers.map { reader.remedies[$0] })
        if others.contains(where: { $0.excludes(remedy) }) { return false }
        let alike = others.filter { $0.change.isOfRecord == remedy.change.isOfRecord }.count
        return alike < (remedy.change.isOfRecord ? limits.recordChanges : limits.changes)
    }

    private func changed(_ numbers: [Int]) -> DecisionRequest {
        var changed = request
        // Who the subject is comes first: relations and sign-ins are measured from there.
        let remedies = numbers.map { reader.remedies[$0] }
        for remedy in remedies where remedy.isOfSubject { remedy.apply(to: &changed, about: entry.module.about) }
        for remedy in remedies where !remedy.isOfSubject { remedy.apply(to: &changed, about: entry.module.about) }
        return changed
    }

    private func supposed(_ numbers: [Int]) -> [ObjectIdentifier: Bool] {
        var supposed: [ObjectIdentifier: Bool] = [:]
        for each in numbers.compactMap({ reader.remedies[$0].supposed }) { supposed[each.condition] = each.truth }
        return supposed
    }

    private static func isSubset(_ some: [Int], of all: [Int]) -> Bool { some.allSatisfy(all.contains) }

    /// Whether another way asks for less of the same kind.
    private func isBetter(_ other: State, than state: State) -> Bool {
        guard other.numbers.count == state.numbers.count else { return false }
        let (more, less) = (
            state.numbers.filter { !other.numbers.contains($0) }, other.numbers.filter { !state.numbers.contains($0) }
        )
        guard more.count == 1, let more = more.first, let less = less.first else { return false }
        let (strict, mild) = (reader.remedies[more], reader.remedies[less])
        if let real = reader.shown[strict] { return real.contains(mild) }
        switch (strict.change, mild.change) {
        case (.role(let role, let one), .role(let lesser, let another)):
            guard one == another, let role = bundle.roles.numbers[role], let lesser = bundle.roles.numbers[lesser]
            else {
                return false
            }
            return role != lesser && bundle.roles.held[role].contains(lesser)
        case (.relation(.own), .relation(.inChain)), (.relation(.own), .relation(.direct)),
            (.relation(.direct), .relation(.inChain)), (.relation(.inChain), .relation(.other)),
            (.relation(.direct), .relation(.other)):
            return true
        default: return false
        }
    }

    private func way(_ state: State) -> WhyNot.Way {
        let changed = changed(state.numbers)
        let isVerified = supposed(state.numbers).isEmpty && bundle.check(changed).isAllowed
        let grants = bundle.rulesDeciding(changed).filter { isVerified && $0.kind == .grant }
        return WhyNot.Way(
            changes: state.numbers.map { reader.remedies[$0].change }.sorted {
                ($0.rank, $0.text) < ($1.rank, $1.text)
            },
            grants: grants.sorted(by: PolicyRule.inReadingOrder).map(WhyNot.Rule.init),
            overcome: state.overcome.map(WhyNot.Rule.init), isVerified: isVerified)
    }
}

extension Remedy {
    /// Whether it changes who asks.
    fileprivate var isOfSubject: Bool {
        switch change {
        case .role, .withoutRole, .employee, .alone: true
        default: false
        }
    }
}
