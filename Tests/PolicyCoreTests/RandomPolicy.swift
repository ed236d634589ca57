import PolicyCore
import WireFormat

/// A condition as the generator knows it, with Kleene's logic written out a second time.
indirect enum RandomCondition {
    case country(String), level(String, Int64), remote, isMine
    case not(RandomCondition), and(RandomCondition, RandomCondition), or(RandomCondition, RandomCondition)

    init(_ generator: inout SeededGenerator, depth: Int = 0) {
        let kind = Int.random(in: 0..<(depth > 2 ? 4 : 8), using: &generator)
        switch kind {
        case 0: self = .country(generator.pick(["DE", "FR"]))
        case 1:
            self = .level(
                generator.pick(["<", "<=", ">", ">=", "==", "!="]), Int64.random(in: 1...4, using: &generator))
        case 2: self = .remote
        case 3: self = .isMine
        case 4, 5: self = .not(RandomCondition(&generator, depth: depth + 1))
        case 6:
            self = .and(RandomCondition(&generator, depth: depth + 1), RandomCondition(&generator, depth: depth + 1))
        default:
            self = .or(RandomCondition(&generator, depth: depth + 1), RandomCondition(&generator, depth: depth + 1))
        }
    }

    var text: String {
        switch self {
        case .country(let code): "resource.country == \"\(code)\""
        case .level(let symbol, let level): "\(level) \(Self.mirrored[symbol] ?? symbol) resource.level"
        case .remote: "resource.remote"
        case .isMine: "resource.id == subject.employee_id"
        case .not(let inner): "!(\(inner.text))"
        case .and(let left, let right): "(\(left.text)) && (\(right.text))"
        case .or(let left, let right): "(\(left.text)) || (\(right.text))"
        }
    }

    private static let mirrored = ["<": ">", "<=": ">=", ">": "<", ">=": "<="]

    /// true, false or nil for unknown.
    func value(_ subject: Subject, _ record: Resource) -> Bool? {
        switch self {
        case .country(let code): return record.attributes["country"]?.string.map { $0 == code }
        case .level(let symbol, let level):
            return record.attributes["level"]?.integer.map {
                switch symbol {
                case "<": $0 < level
                case "<=": $0 <= level
                case ">": $0 > level
                case ">=": $0 >= level
                case "==": $0 == level
                default: $0 != level
                }
            }
        case .remote: return record.attributes["remote"]?.bool
        case .isMine: return subject.employeeID.map { $0 == record.id }
        case .not(let inner): return inner.value(subject, record).map { !$0 }
        case .and(let left, let right):
            let values = [left.value(subject, record), right.value(subject, record)]
            if values.contains(false) { return false }
            return values.contains(nil) ? nil : true
        case .or(let left, let right):
            let values = [left.value(subject, record), right.value(subject, record)]
            if values.contains(true) { return true }
            return values.contains(nil) ? nil : false
        }
    }
}

/// A rule as the generator knows it.
struct RandomRule {
    let roles: [String]
    let scope: Scope
    let condition: RandomCondition?

    init(_ generator: inout SeededGenerator, roles: [String]) {
        self.roles = roles.filter { _ in generator.chance(40) }
        scope = generator.pick(Scope.allCases)
        condition = generator.chance(50) ? RandomCondition(&generator) : nil
    }

    func text(_ more: String) -> String {
        let names = roles.isEmpty ? "" : "roles: [\(roles.joined(separator: ", "))], "
        let reach =
            switch scope {
            case .none: "none"
            case .own: "self"
            case .subDirect: "sub, depth: direct"
            case .subAny: "sub"
            case .all: "all"
            }
        let when = condition.map { ", when: '\($0.text)'" } ?? ""
        return "{\(names)scope: \(reach)\(more)\(when)}"
    }

    /// true, false or nil for unknown; the definition of DESIGN §3 and nothing clever.
    func value(_ subject: Subject, _ record: Resource) -> Bool? {
        let reach: Bool?
        let isOwn = subject.employeeID.map { $0 == record.id }
        switch scope {
        case .none: reach = false
        case .all: reach = true
        case .own: reach = isOwn
        case .subDirect, .subAny:
            if isOwn == true {
                reach = true
            } else if let me = subject.employeeID, let chain = record.managerChain {
                reach = scope == .subDirect ? chain.first == me : chain.contains(me)
            } else {
                reach = nil
            }
        }
        guard let condition else { return reach }
        let value = condition.value(subject, record)
        if reach == false || value == false { return false }
        return reach == nil || value == nil ? nil : true
    }
}

/// A bundle of random rules, and what they say by definition.
struct RandomPolicy {
    static let roles = ["a", "b", "c", "d"]
    /// Who holds whom: `d` holds `c` and `a`, `c` holds `b`.
    static let held = ["a": ["a"], "b": ["b"], "c": ["c", "b"], "d": ["d", "c", "b", "a"]]

    let grants: [RandomRule]
    let denials: [RandomRule]
    let reads: [RandomRule]
    let bundle: PolicyBundle

    init(_ generator: inout SeededGenerator) throws {
        var grants: [RandomRule] = []
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            grants.append(RandomRule(&generator, roles: Self.roles))
        }
        grants.removeAll { $0.roles.isEmpty }
        var denials: [RandomRule] = []
        for _ in 0..<Int.random(in: 0...2, using: &generator) {
            denials.append(RandomRule(&generator, roles: Self.roles))
        }
        var reads: [RandomRule] = []
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            reads.append(RandomRule(&generator, roles: Self.roles))
        }
        reads.removeAll { $0.roles.isEmpty }
        (self.grants, self.denials, self.reads) = (grants, denials, reads)
        bundle = try Fixtures.bundle(
            roles: "roles: {a: {}, b: {}, c: {inherits: [b]}, d: {inherits: [c, a]}}",
            grants: grants.map { "  - \($0.text(", actions: [view]"))\n" }.joined(),
            denials: denials.map { "  - \($0.text(", actions: [view], reason: no"))\n" }.joined(),
            fields: "  basic:\n    fields: [name]\n    read: [\(reads.map { $0.text("") }.joined(separator: ", "))]\n")
    }

    func isAllowed(_ subject: Subject, _ record: Resource) -> Bool {
        ([subject.roles] + subject.act.map(\.roles)).allSatisfy { roles in
            let mine = Self.all(roles)
            return grants.contains { !mine.isDisjoint(with: $0.roles) && $0.value(subject, record) == true }
                && !denials.contains {
                    ($0.roles.isEmpty || !mine.isDisjoint(with: $0.roles)) && $0.value(subject, record) != false
                }
        }
    }

    func canRead(_ subject: Subject, _ record: Resource) -> Bool {
        ([subject.roles] + subject.act.map(\.roles)).allSatisfy { roles in
            let mine = Self.all(roles)
            return reads.contains { !mine.isDisjoint(with: $0.roles) && $0.value(subject, record) == true }
        }
    }

    private static func all(_ roles: [String]) -> Set<String> { Set(roles.flatMap { held[$0] ?? [] }) }
}

/// Employees in trees, with holes in what is known about them.
struct RandomForest {
    let records: [Resource]
    /// The true managers, also of those whose chain is not stated.
    let managers: [String?]

    /// The id of a record: a UUID of version 7, the same for the same number.
    static func id(_ number: Int) -> String {
        "01930000-0000-7000-8000-" + String(repeating: "0", count: 12 - String(number).count) + String(number)
    }

    init(_ generator: inout SeededGenerator, count: Int) {
        var chains: [[String]] = []
        var records: [Resource] = []
        var managers: [String?] = []
        for number in 0..<count {
            let hasManager = number > 0 && generator.chance(85)
            let manager = hasManager ? Int.random(in: 0..<number, using: &generator) : nil
            let chain = manager.map { [Self.id($0)] + chains[$0] } ?? []
            chains.append(chain)
            managers.append(chain.first)
            var attributes: [String: JSONValue] = [:]
            if generator.chance(80) { attributes["country"] = .string(generator.pick(["DE", "FR", "US"])) }
            if generator.chance(80) { attributes["level"] = .integer(Int64.random(in: 1...4, using: &generator)) }
            if generator.chance(80) { attributes["remote"] = .bool(generator.chance(50)) }
            records.append(
                Fixtures.record(Self.id(number), chain: generator.chance(95) ? chain : nil, attributes))
        }
        self.records = records
        self.managers = managers
    }
}
