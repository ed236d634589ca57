import CEL
package import WireFormat

/// Facts worth asking about: the values between which the conditions of one action tell.
package struct Probes: Sendable {
    /// By attribute. `null` stands for a fact that is missing.
    package var attributes: [String: [JSONValue]] = [:]
    /// Times on either side of a limit.
    package var times: Set<Instant> = []
    /// Client addresses that conditions name.
    package var addresses: Set<String> = []
    /// Ways of signing in that conditions and obligations name.
    package var methods: Set<String> = []
    /// How old a sign-in may be, by obligations.
    package var freshAges: Set<Duration> = []
    /// Ages of a sign-in on either side of what conditions say.
    package var signInAges: Set<Duration> = []
    /// Roles that may approve.
    package var approvers: Set<String> = []
    /// Roles whose holders obligations are for.
    package var obligedRoles: Set<String> = []
    /// Whether an emergency matters.
    package var hasEmergency = false
    /// Whether it matters that somebody acts for the subject.
    package var readsDelegation = false
    /// The attribute that names the person a record is about, and whether that is a member.
    package var about: (attribute: String, isMember: Bool)?
    /// The organisations whose overlays touch the action.
    package var tenants: Set<String> = []

    /// Whether conditions tell between values that are not among these, such as the matches of a pattern.
    package var isPartial = false

    /// The person who asks in made-up requests: as an employee and as a member.
    package static let employee = "e-asking"
    /// The same as a member.
    package static let member = "m-asking"
    /// Somebody else.
    package static let stranger = "e-other"
    /// The time of made-up requests.
    package static let now = Instant(seconds: 1_772_355_600)
}

extension PolicyBundle {
    /// What is worth asking about an action; nil for one that the bundle does not know.
    package func probes(for action: String) -> Probes? {
        guard let entry = actions[action] else { return nil }
        var layers = [entry.action.rules]
        var probes = Probes()
        for (tenant, overlay) in overlays {
            guard let rules = overlay.actions[action] else { continue }
            layers.append(rules)
            probes.tenants.insert(tenant)
        }
        probes.about = entry.module.about.map { ($0.name, $0.person == .member) }
        var reader = ProbeReader(sources: entry.module.sources, probes: probes)
        for rules in layers {
            var held = Array((rules.grants?.rows ?? []).joined())
            held += Array(rules.denials.rows.joined()) + rules.denials.forEveryone
            for each in held { reader.read(each.predicate) }
            for obligation in rules.obligations { reader.read(obligation, roles: roles) }
        }
        for fieldClass in entry.module.classes {
            for each in Array(fieldClass.read.rows.joined()) + Array(fieldClass.write.rows.joined()) {
                reader.read(each.predicate)
            }
        }
        return reader.probes
    }
}

/// Gathers probes from predicates.
private struct ProbeReader {
    let sources: [SlotSource]
    var probes: Probes
    private var seen: Set<ObjectIdentifier> = []

    init(sources: [SlotSource], probes: Probes) {
        self.sources = sources
        self.probes = probes
    }

    mutating func read(_ predicate: Predicate) {
        for part in predicate.parts {
            switch part {
            case .reach, .and: break
            case .condition(let condition): read(condition)
            case .during(let validity):
                for limit in [validity.from, validity.until].compactMap(\.self) { time(limit) }
            case .emergency: probes.hasEmergency = true
            }
        }
    }

    mutating func read(_ obligation: CompiledObligation, roles: RoleTable) {
        if let condition = obligation.condition { read(condition) }
        for role in obligation.roles { probes.obligedRoles.insert(roles.names[role]) }
        switch obligation.rule {
        case .stepUp(let age, let methods, _):
            probes.freshAges.insert(age)
            // Any of them does.
            if let method = methods.first { probes.methods.insert(method) }
        case .approval(let by, _, _): probes.approvers.formUnion(by)
        case .reasonRequired, .accompanying: break
        }
    }

    private mutating func read(_ condition: Condition) {
        guard seen.insert(ObjectIdentifier(condition)).inserted else { return }
        var budget = Budget.standard
        let residual = condition.program.residual(Ignorance(), budget: &budget)
        for slot in residual.slots where slot < sources.count { mention(sources[slot], []) }
        // Literals inside a macro over an unknown list are not in the residual.
        let quoted = Self.quoted(condition.text).map(Value.string)
        if !quoted.isEmpty { for slot in residual.slots where slot < sources.count { mention(sources[slot], quoted) } }
        visit(residual)
    }

    /// Calls whose outcome changes at the values that they name, and nowhere else.
    private static let plainCalls: Set<String> = [
        "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_in_", "_+_", "_-_", "inChain", "hasRole", "startsWith",
        "endsWith", "contains",
    ]

    private mutating func visit(_ residual: Residual) {
        switch residual {
        case .call(let name, let parts):
            if !Self.plainCalls.contains(name) { probes.isPartial = true }
            let slots = residual.slots.filter { $0 < sources.count }
            var values = parts.flatMap(Self.literals)
            // Two facts compared with each other: each gets values that the other can have.
            for slot in slots {
                switch sources[slot] {
                case .subjectEmployee: values.append(.string(Probes.employee))
                case .subjectID: values.append(.string(Probes.member))
                case .time: if let now = Value(instant: Probes.now) { values.append(now) }
                default: break
                }
            }
            for slot in slots { mention(sources[slot], values) }
            for part in parts { visit(part) }
        case .not(let part), .select(let part, _), .has(let part, _): visit(part)
        case .and(let parts), .or(let parts), .list(let parts): for part in parts { visit(part) }
        case .conditional(let condition, let then, let otherwise):
            for part in [condition, then, otherwise] { visit(part) }
        case .opaque: probes.isPartial = true
        case .literal, .failure, .slot, .present: break
        }
    }

    private static func literals(_ residual: Residual) -> [Value] {
        switch residual {
        case .literal(.list(let values)): values
        case .literal(let value): [value]
        case .call(_, let parts), .list(let parts): parts.flatMap(literals)
        default: []
        }
    }

    private static func quoted(_ text: String) -> [String] {
        var found: [String] = []
        for quote in ["\"", "'"] {
            let parts = text.split(separator: quote, omittingEmptySubsequences: false)
            for index in stride(from: 1, to: parts.count - 1, by: 2) { found.append(String(parts[index])) }
        }
        return found
    }

    private mutating func mention(_ source: SlotSource, _ values: [Value]) {
        switch source {
        case .attribute(let name, let type): attribute(name, type, values)
        case .time:
            for value in values {
                switch value {
                case .timestamp(let limit): time(Instant(seconds: limit.seconds))
                // A part of the time, such as the hour.
                case .int:
                    for hour in 0..<24 as Range<Int64> { probes.times.insert(Probes.now.adding(.seconds(3600 * hour))) }
                    for day in 1...6 as ClosedRange<Int64> {
                        probes.times.insert(Probes.now.adding(.seconds(86_400 * day)))
                    }
                default: break
                }
            }
        case .signInMethods: for case .string(let text) in values { probes.methods.insert(text) }
        case .signInTime:
            for case .duration(let span) in values {
                for offset in -1...1 as ClosedRange<Int64> { probes.signInAges.insert(.seconds(span.seconds + offset)) }
            }
        case .ip: for case .string(let text) in values { probes.addresses.insert(text) }
        case .isDelegated: probes.readsDelegation = true
        case .heldRoles, .subjectRoles, .managerChain, .inChain: break
        case .subjectID, .subjectTenant, .subjectEmployee, .recordID, .recordTenant, .recordPerson, .requestID, .reason:
            let made = [Probes.employee, Probes.member]
            if values.contains(where: { if case .string(let text) = $0 { !made.contains(text) } else { true } }) {
                probes.isPartial = true
            }
        }
    }

    private mutating func time(_ limit: Instant) {
        probes.times.formUnion([limit.adding(.seconds(-1)), limit, limit.adding(.seconds(1))])
    }

    private mutating func attribute(_ name: String, _ type: AttributeType, _ values: [Value]) {
        var found = probes.attributes[name] ?? [.null]
        func add(_ value: JSONValue?) { if let value, !found.contains(value) { found.append(value) } }
        switch type {
        case .boolean:
            add(true)
            add(false)
        case .enumeration(let words): for word in words { add(.string(word)) }
        case .integer:
            for case .int(let number) in values {
                for near in [
                    number.subtractingReportingOverflow(1), (number, false), number.addingReportingOverflow(1),
                ]
                where !near.1 { add(.integer(near.0)) }
            }
            add(0)
            add(1)
        case .employee:
            add(.string(Probes.employee))
            add(.string(Probes.stranger))
        case .member:
            add(.string(Probes.member))
            add(.string(Probes.stranger))
        case .string, .uuid:
            add("something-else")
            add("another")
        case .day, .instant:
            for offset in [-86_400, 0, 86_400] as [Int64] { add(stated(Probes.now.adding(.seconds(offset)), type)) }
        }
        for value in values {
            switch value {
            case .timestamp(let limit) where type == .day || type == .instant:
                for offset in [-86_400, 0, 86_400] as [Int64] {
                    add(stated(Instant(seconds: limit.seconds + offset), type))
                }
            case .duration(let span) where type == .day || type == .instant:
                for factor in [-1, 1] as [Int64] {
                    for offset in [-86_400, 0, 86_400] as [Int64] {
                        add(stated(Instant(seconds: Probes.now.seconds + factor * span.seconds + offset), type))
                    }
                }
            default: add(type.stated(value))
            }
        }
        probes.attributes[name] = found
    }

    private func stated(_ instant: Instant, _ type: AttributeType) -> JSONValue {
        .string(type == .day ? Day(instant).text : instant.rfc3339)
    }
}
