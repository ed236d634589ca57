import CEL
import WireFormat

/// Gathers from rules what could be changed about a request. Each change is found once, and is then known by its number.
struct RemedyReader {
    let bundle: PolicyBundle
    let entry: PolicyBundle.ActionEntry
    let request: DecisionRequest
    let limits: WhyNotLimits
    private let probes: Probes
    private(set) var remedies: [Remedy] = []
    private var numbers: [Remedy: Int] = [:]
    /// For a condition that is only taken to be so: the changes that may really make it so.
    private(set) var shown: [Remedy: Set<Remedy>] = [:]
    /// Whether changes were left out because there are too many.
    private(set) var isPartial = false

    init(_ bundle: PolicyBundle, _ entry: PolicyBundle.ActionEntry, _ request: DecisionRequest, _ limits: WhyNotLimits)
    {
        self.bundle = bundle
        self.entry = entry
        self.request = request
        self.limits = limits
        probes = bundle.probes(for: request.action) ?? Probes()
    }

    /// The number of a change; nil for one too many.
    mutating func number(_ remedy: Remedy) -> Int? {
        if let known = numbers[remedy] { return known }
        guard remedies.count < limits.remedies else {
            isPartial = true
            return nil
        }
        numbers[remedy] = remedies.count
        remedies.append(remedy)
        return remedies.count - 1
    }

    // MARK: - What helps against a part that fails

    /// What could make a grant of this layer match for a holder.
    mutating func remedies(forGrants grants: GrantIndex, hop: Int?) -> [Int] {
        var found: [Remedy] = []
        for (role, row) in grants.rows.enumerated() {
            for held in row {
                // The roles that the rule names are the least that give it: whoever inherits them has more.
                let named = held.rule.roles + held.rule.derived.flatMap(\.parents)
                guard named.contains(role) else { continue }
                found.append(self.role(bundle.roles.names[role], hop))
                found += remedies(for: held.predicate, wanted: true, hop: hop)
            }
        }
        return numbered(found)
    }

    /// What could make a denial not match a holder.
    mutating func remedies(againstDenial held: HeldRule, _ denials: DenialIndex, hop: Int?) -> [Int] {
        var found = remedies(for: held.predicate, wanted: false, hop: hop)
        let names = hop.map { request.subject.act[$0].roles } ?? request.subject.roles
        for name in names where !(held.rule.roles.isEmpty && held.rule.derived.isEmpty) {
            guard let role = bundle.roles.numbers[name], denials.rows[role].contains(where: { $0.rule === held.rule })
            else { continue }
            found.append(Remedy(change: .withoutRole(name, hop: hopID(hop)), hop: hop))
        }
        return numbered(found)
    }

    /// What could meet an obligation, or make it not apply.
    mutating func remedies(forObligation obligation: CompiledObligation) -> [Int] {
        var found: [Remedy] = []
        switch obligation.rule {
        case .stepUp(let age, let methods, _): found.append(Remedy(change: .signIn(within: age, methods: methods)))
        case .approval(let by, let validFor, _): found.append(Remedy(change: .approval(by: by, within: validFor)))
        case .reasonRequired: found.append(Remedy(change: .reason))
        case .accompanying: break
        }
        if let condition = obligation.condition {
            found += remedies(for: .condition(condition), wanted: false, hop: nil)
        }
        return numbered(found)
    }

    private mutating func numbered(_ found: [Remedy]) -> [Int] {
        var seen: Set<Int> = []
        return found.compactMap { number($0) }.filter { seen.insert($0).inserted }
    }

    // MARK: - Parts

    private mutating func remedies(for predicate: Predicate, wanted: Bool, hop: Int?) -> [Remedy] {
        var found: [Remedy] = []
        for part in predicate.parts {
            switch part {
            case .reach(let scope): found += reaching(scope, wanted)
            case .condition(let condition): found += self.condition(condition, wanted, hop)
            case .during(let validity): found += during(validity, wanted)
            case .emergency(let most): if wanted { found.append(Remedy(change: .emergency(atMost: most))) }
            case .and: break
            }
        }
        return found
    }

    private func reaching(_ scope: Scope, _ wanted: Bool) -> [Remedy] {
        var found: [Remedy] = []
        switch (scope, wanted) {
        case (.none, _), (.all, _): return []
        case (.own, false):
            // A grant may ask for one of the narrower relations.
            found += [.other, .inChain, .direct].map { Remedy(change: .relation($0)) }
        case (_, false): found.append(Remedy(change: .relation(.other)))
        case (.own, true): found.append(Remedy(change: .relation(.own)))
        // What is about the subject is covered as well. Standing in the chain is what the rule is for, so the search
        // tells of the other only where that does not help.
        case (.subDirect, true): found += [.direct, .own].map { Remedy(change: .relation($0)) }
        case (.subAny, true): found += [.inChain, .own].map { Remedy(change: .relation($0)) }
        }
        let isByMember = scope == .own && entry.module.about?.person == .member
        if request.subject.employeeID == nil && !isByMember { found.append(Remedy(change: .employee)) }
        return found
    }

    private func during(_ validity: Validity, _ wanted: Bool) -> [Remedy] {
        if wanted {
            let start = validity.from ?? validity.until?.adding(.seconds(-1)) ?? Probes.now
            return [Remedy(change: .time(from: validity.from, until: validity.until), instant: start)]
        }
        var found: [Remedy] = []
        if let from = validity.from {
            found.append(Remedy(change: .time(from: nil, until: from), instant: from.adding(.seconds(-1))))
        }
        if let until = validity.until {
            found.append(Remedy(change: .time(from: until, until: nil), instant: until))
        }
        return found
    }

    private mutating func condition(_ condition: Condition, _ wanted: Bool, _ hop: Int?) -> [Remedy] {
        var reader = ConditionRemedies(module: entry.module, request: request, probes: probes, hop: hop)
        bundle.withFacts(of: request, entry) { facts in
            var facts = facts
            facts.hop = hop
            reader.read(condition, wanted, facts, bundle.roles)
        }
        var found = reader.found
        if reader.needsTime && request.context.time == nil {
            found.append(Remedy(change: .time(from: nil, until: nil)))
        }
        if !reader.isWhole {
            let supposed = Remedy.Supposition(condition: ObjectIdentifier(condition), truth: wanted)
            let remedy = Remedy(change: .condition(condition.text, wanted), supposed: supposed)
            shown[remedy] = Set(found)
            found.append(remedy)
        }
        return found
    }

    private func role(_ name: String, _ hop: Int?) -> Remedy { Remedy(change: .role(name, hop: hopID(hop)), hop: hop) }

    private func hopID(_ hop: Int?) -> String? { hop.map { request.subject.act[$0].id } }
}
