import CEL
import WireFormat

/// A set of requests by the values of their facts: all of these at once.
struct Region: Hashable {
    /// A fact that a condition compares.
    enum Fact: Hashable {
        case attribute(String)
        case time
    }

    private(set) var domains: [Fact: ValueDomain] = [:]

    /// Every request.
    static let everything = Region()

    init() {}

    init(_ fact: Fact, _ domain: ValueDomain) { domains = [fact: domain] }

    /// What lies in both.
    func intersection(_ other: Region) -> Region {
        var both = self
        for (fact, domain) in other.domains { both.domains[fact] = both.domains[fact]?.intersection(domain) ?? domain }
        return both
    }

    /// Values for its facts, as services state them; nil when no request lies in it.
    func sample(_ attributes: [AttributeDeclaration]) -> (attributes: [String: JSONValue], time: Instant?)? {
        var values: [String: JSONValue] = [:]
        var time: Instant?
        for (fact, domain) in domains {
            switch fact {
            case .attribute(let name):
                guard let type = attributes.first(where: { $0.name == name })?.type else { continue }
                guard let value = domain.sample(of: type) else { return nil }
                values[name] = type.stated(point: value)
            case .time:
                guard let value = domain.sample(of: .instant)?.integer else { return nil }
                time = Instant(microseconds: value)
            }
        }
        return (values, time)
    }
}

/// Finds the regions in which conditions can hold. What it does not understand counts as possible everywhere, so a
/// region may be too large and is never too small.
struct RegionReader {
    let sources: [SlotSource]

    /// A condition with more alternatives is not looked at.
    private static let most = 64

    /// Regions of which one holds whenever the predicate does.
    func regions(_ predicate: Predicate) -> [Region] {
        predicate.parts.reduce([.everything]) { found, part in
            switch part {
            case .reach, .emergency, .and: return found
            case .during(let validity):
                let time = ValueDomain(
                    lower: validity.from?.microseconds, upper: validity.until.map { $0.microseconds - 1 })
                return met(found, [Region(.time, time)])
            case .condition(let condition):
                var budget = Budget.standard
                return met(found, regions(condition.program.residual(Ignorance(), budget: &budget), true))
            }
        }
    }

    private func met(_ left: [Region], _ right: [Region]) -> [Region] {
        guard left.count * right.count <= Self.most else { return [.everything] }
        return left.flatMap { one in right.map { one.intersection($0) } }
    }

    private func regions(_ residual: Residual, _ wanted: Bool) -> [Region] {
        switch residual {
        case .literal(.bool(let truth)): return truth == wanted ? [.everything] : []
        case .not(let part): return regions(part, !wanted)
        case .and(let parts): return wanted ? all(parts, wanted) : any(parts, wanted)
        case .or(let parts): return wanted ? any(parts, wanted) : all(parts, wanted)
        case .slot(let slot):
            guard case .attribute(let name, .boolean) = sources[slot] else { return [.everything] }
            return [Region(.attribute(name), ValueDomain(allowed: [.bool(wanted)]))]
        case .call(let name, let parts): return [comparison(name, parts, wanted) ?? .everything]
        default: return [.everything]
        }
    }

    private func all(_ parts: [Residual], _ wanted: Bool) -> [Region] {
        parts.reduce([.everything]) { met($0, regions($1, wanted)) }
    }

    private func any(_ parts: [Residual], _ wanted: Bool) -> [Region] {
        let found = parts.flatMap { regions($0, wanted) }
        return found.count <= Self.most ? found : [.everything]
    }

    private static let mirrored = ["_<_": "_>_", "_<=_": "_>=_", "_>_": "_<_", "_>=_": "_<=_"]
    private static let negated = ["_<_": "_>=_", "_<=_": "_>_", "_>_": "_<=_", "_>=_": "_<_"]

    private func comparison(_ name: String, _ parts: [Residual], _ wanted: Bool) -> Region? {
        guard parts.count == 2 else { return nil }
        switch (parts[0], parts[1]) {
        case (.slot(let slot), .literal(let value)): return region(name, slot, value, wanted)
        case (.literal(let value), .slot(let slot)) where name != "_in_":
            return region(Self.mirrored[name] ?? name, slot, value, wanted)
        default: return nil
        }
    }

    private func region(_ name: String, _ slot: Int, _ value: Value, _ wanted: Bool) -> Region? {
        let (fact, type): (Region.Fact, AttributeType)
        switch sources[slot] {
        case .attribute(let attribute, let kind): (fact, type) = (.attribute(attribute), kind)
        case .time: (fact, type) = (.time, .instant)
        default: return nil
        }
        var domain = ValueDomain()
        switch (name, value) {
        case ("_==_", _), ("_!=_", _):
            guard let point = type.point(value) else { return nil }
            if (name == "_==_") == wanted { domain.allowed = [point] } else { domain.excluded = [point] }
        case ("_in_", .list(let values)):
            let points = Set(values.compactMap { type.point($0) })
            if wanted { domain.allowed = points } else { domain.excluded = points }
        default:
            guard let limit = type.point(value)?.integer else { return nil }
            switch wanted ? name : Self.negated[name] ?? name {
            case "_<_" where limit > .min: domain.upper = limit - 1
            case "_<=_": domain.upper = limit
            case "_>_" where limit < .max: domain.lower = limit + 1
            case "_>=_": domain.lower = limit
            default: return nil
            }
        }
        if case .enumeration(let words) = type, domain.allowed == nil {
            domain.allowed = Set(words.map(JSONValue.string))
        }
        return Region(fact, domain)
    }
}

extension AttributeType {
    /// A value of a condition as domains count it; nil for one that is not of the type.
    fileprivate func point(_ value: Value) -> JSONValue? {
        switch (self, value) {
        case (.day, .timestamp(let time)), (.instant, .timestamp(let time)):
            guard time.nanos % 1000 == 0 else { return nil }
            return .integer(time.seconds * 1_000_000 + Int64(time.nanos) / 1000)
        default: return stated(value)
        }
    }

    /// A value of a domain as services state it.
    fileprivate func stated(point: JSONValue) -> JSONValue {
        switch (self, point) {
        case (.day, .integer(let number)): .string(Day(Instant(microseconds: number)).text)
        case (.instant, .integer(let number)): .string(Instant(microseconds: number).rfc3339)
        default: point
        }
    }
}
