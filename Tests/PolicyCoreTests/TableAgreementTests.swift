import Testing
import WireFormat

@testable import PolicyCore

/// A check by the flat table is the check by the rules themselves: decision, reason, scope, rule, revision, obligations
/// and fields.
struct TableAgreementTests {
    @Test(arguments: 0..<8)
    func theTableDecidesAsTheRulesDo(_ part: Int) throws {
        var generator = SeededGenerator(seed: 31 + UInt64(part))
        var byTable = 0
        var allowed = 0
        var total = 0
        for round in 0..<50 {
            let layered = try LayeredPolicy(&generator)
            for _ in 0..<120 {
                let request = layered.request(&generator)
                let decision = layered.bundle.check(request)
                let byRules = layered.bundle.checkWithoutTable(request)
                try #require(decision == byRules, "seed \(part), round \(round), \(layered.texts), \(request)")
                total += 1
                if decision.isAllowed { allowed += 1 }
                if layered.isByTable(request) { byTable += 1 }
            }
        }
        // Otherwise the test would compare the rules with themselves.
        #expect(byTable > total / 2 && allowed > total / 20, "\(byTable) by table, \(allowed) allowed of \(total)")
    }

    /// More roles than a word has bits leave everything to the rules.
    @Test func manyRolesAreDecidedByTheRules() throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<4 {
            let layered = try LayeredPolicy(&generator, roleCount: 70)
            for _ in 0..<60 {
                let request = layered.request(&generator)
                try #require(layered.bundle.check(request) == layered.bundle.checkWithoutTable(request))
                #expect(!layered.isByTable(request))
            }
        }
    }

    /// A list that names more texts of an attribute than a word has bits.
    @Test func longListsAreDecidedAlike() throws {
        let names = (0..<80).map { "name-\($0)" }
        let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
        let bundle = try Fixtures.bundle(
            grants: """
                  - {id: many, roles: [hr], actions: [view], scope: all, when: 'resource.name in [\(list)]'}
                  - {id: last, roles: [robot], actions: [view], scope: all, when: 'resource.name == "name-79"'}

                """)
        for name in names + ["name-80", "", "name-7", "e\u{301}", "\u{e9}"] {
            for role in ["hr", "robot"] {
                let request = DecisionRequest(
                    subject: Fixtures.subject([role]), action: "employee.view",
                    resource: Fixtures.record("bob", ["name": .string(name)]))
                let decision = bundle.check(request)
                #expect(decision == bundle.checkWithoutTable(request))
                #expect(decision.isAllowed == (role == "hr" ? names.contains(name) : name == "name-79"))
            }
        }
    }

    /// A list of as many texts as a word has bits, beside texts that it does not name.
    @Test func textsBeyondTheBitsAreInNoList() throws {
        let list = (0..<64).map { "\"name-\($0)\"" }.joined(separator: ", ")
        let bundle = try Fixtures.bundle(
            grants: """
                  - {id: many, roles: [hr], actions: [view], scope: all, when: 'resource.name in [\(list)]'}
                  - {id: next, roles: [robot], actions: [view], scope: all, when: 'resource.name == "name-64"'}

                """)
        for (name, isListed) in [("name-0", true), ("name-63", true), ("name-64", false), ("name-65", false)] {
            let record = Fixtures.record("bob", ["name": .string(name)])
            #expect(bundle.decide(Fixtures.subject(["hr"]), "view", record).isAllowed == isListed)
        }
    }

    /// What a condition compares with texts is compared by code points.
    @Test func equivalentSpellingsAreDifferentTexts() throws {
        let bundle = try Fixtures.bundle(
            grants: "  - {id: accent, roles: [hr], actions: [view], scope: all, when: 'resource.name == \"\u{e9}\"'}\n")
        #expect(bundle.decide(Fixtures.subject(["hr"]), "view", Fixtures.record("bob", ["name": "\u{e9}"])).isAllowed)
        let other = Fixtures.record("bob", ["name": "e\u{301}"])
        #expect(!bundle.decide(Fixtures.subject(["hr"]), "view", other).isAllowed)
    }

    /// A record with more attributes than are gone through one by one.
    @Test func attributesBeyondTheListAreFound() throws {
        let bundle = try Fixtures.bundle(
            grants: "  - {id: remote, roles: [hr], actions: [view], scope: all, when: resource.remote}\n")
        var attributes: [String: JSONValue] = [:]
        for number in 0..<60 { attributes["other-\(number)"] = .integer(Int64(number)) }
        attributes["remote"] = true
        let record = Fixtures.record("bob", attributes)
        #expect(record.attributes == attributes)
        let request = DecisionRequest(
            subject: Fixtures.subject(["hr"]), action: "employee.view", resource: record)
        #expect(bundle.check(request).isAllowed)
        #expect(try DecisionRequest(json: request.wire.bytes()) == request)
        #expect(try bundle.answer(json: request.wire.bytes()) == bundle.check(request).wire.bytes())
    }
}

/// A random bundle with roles of every kind, a base and overlays.
struct LayeredPolicy {
    let bundle: PolicyBundle
    /// The files, for messages.
    let texts: [String]
    private let roles: [String]

    private static let emergency = Instant(rfc3339: "2026-02-28T23:30:00Z").map {
        Emergency(reason: "fire", since: $0, until: $0.adding(.seconds(7200)))
    }
    private static let tenants = ["acme", "beta", "01930000-0000-7000-8000-000000000001", "gamma"]
    private static let actions = ["view", "update", "create"]
    private static let countries = ["DE", "FR", "US"]
    private static let names = ["ada", "a name of more than sixteen bytes", "a name of more than sixteen bytez"]

    init(_ generator: inout SeededGenerator, roleCount: Int? = nil) throws {
        let roles = (0..<(roleCount ?? Int.random(in: 2...6, using: &generator))).map { "r\($0)" }
        self.roles = roles
        var head = "roles:\n"
        for (number, role) in roles.enumerated() {
            let inherits = roles[..<number].filter { _ in generator.chance(roleCount == nil ? 30 : 2) }
            let ceiling =
                generator.chance(15)
                ? ", ceiling: {employee.view: \(generator.pick(["self", "sub", "all"])), \"*\": all}" : ""
            head += "  \(role): {inherits: [\(inherits.joined(separator: ", "))]\(ceiling)}\n"
        }
        head += "derived_roles:\n  nearby: {of: [\(roles[0])], when: resource.remote || inChain()}\n"
        let module = Fixtures.module(
            grants: Self.rules(&generator, roles + ["nearby"], 1...6, isGrant: true),
            denials: Self.rules(&generator, roles + ["nearby"], 0...4, isGrant: false),
            fields: """
                  basic:
                    fields: [name]
                    read: [{roles: [\(roles[0])], scope: self}, {roles: [\(roles[1])], scope: all, when: resource.remote}]
                    write: [{roles: [\(roles[1])], scope: sub}]

                """)
        var files = [PolicyFile(path: "roles.yaml", text: head), PolicyFile(path: "employee.yaml", text: module)]
        for tenant in Self.tenants.dropLast() where generator.chance(70) {
            var text = "overlay: \(tenant)\nmodules:\n  employee:\n"
            if generator.chance(60) {
                text += "    grants:\n" + Self.rules(&generator, roles, 1...4, isGrant: true, indent: "    ")
            }
            text += "    denials:\n" + Self.rules(&generator, roles, 1...4, isGrant: false, indent: "    ")
            if generator.chance(20) {
                let type = generator.pick(["notify", "reason_required"])
                text += "    obligations:\n      - {id: told, actions: [update], type: \(type)}\n"
            }
            files.append(PolicyFile(path: "overlays/\(tenant).yaml", text: text))
        }
        texts = files.map { String(decoding: $0.bytes, as: UTF8.self) }
        do throws(PolicyLoadErrors) {
            bundle = try PolicyBundle.load(files: files)
        } catch {
            Issue.record("\(error)\n\(texts.joined(separator: "\n---\n"))")
            throw error
        }
    }

    /// Whether the flat table alone decides a request.
    func isByTable(_ request: DecisionRequest) -> Bool {
        guard request.subject.act.isEmpty, let entry = bundle.actions[request.action],
            entry.region != DecisionTable.general
        else { return false }
        guard let tenant = request.subject.tenant, let overlay = bundle.table.overlay(of: tenant) else { return true }
        return DecisionTable.place(entry.number, in: overlay.places) != DecisionTable.general
    }

    private static func rules(
        _ generator: inout SeededGenerator, _ roles: [String], _ count: ClosedRange<Int>, isGrant: Bool,
        indent: String = ""
    ) -> String {
        (0..<Int.random(in: count, using: &generator)).map { number in
            var parts = ["id: \(isGrant ? "g" : "d")\(number)"]
            let some = roles.filter { _ in generator.chance(roles.count > 10 ? 5 : 35) }
            if !some.isEmpty || isGrant {
                parts.append("roles: [\((some.isEmpty ? [roles[0]] : some).joined(separator: ", "))]")
            }
            let named = actions.filter { _ in generator.chance(60) }
            parts.append("actions: [\((named.isEmpty ? ["view"] : named).joined(separator: ", "))]")
            if isGrant || generator.chance(30) {
                parts.append("scope: \(generator.pick(["self", "sub", "sub, depth: direct", "all", "all", "none"]))")
            }
            if generator.chance(isGrant ? 60 : 95) { parts.append("when: '\(condition(&generator, 0))'") }
            if generator.chance(6) { parts.append("from: 2026-01-01T00:00:00Z, until: 2026-06-01T00:00:00Z") }
            if isGrant, generator.chance(5) { parts.append("break_glass: 1h") }
            if !isGrant { parts.append("reason: no") }
            return "\(indent)  - {\(parts.joined(separator: ", "))}\n"
        }.joined()
    }

    private static func condition(_ generator: inout SeededGenerator, _ depth: Int) -> String {
        func operand(_ values: [String]) -> String { "\"\(generator.pick(values))\"" }
        func list(_ values: [String]) -> String {
            "[" + values.shuffled(using: &generator).prefix(2).map { "\"\($0)\"" }.joined(separator: ", ") + "]"
        }
        let level = Int.random(in: 1...4, using: &generator)
        switch Int.random(in: 0..<(depth > 2 ? 10 : 16), using: &generator) {
        case 0: return "resource.country \(generator.pick(["==", "!="])) \(operand(countries))"
        case 1: return "resource.country in \(list(countries))"
        case 2: return "resource.name in \(list(names))"
        case 3: return "\(operand(names)) \(generator.pick(["==", "!="])) resource.name"
        case 4: return "resource.level \(generator.pick(["<", "<=", ">", ">=", "==", "!="])) \(level)"
        case 5: return "\(level) \(generator.pick(["<", "<=", ">", ">="])) resource.level"
        case 6: return "resource.remote"
        case 7: return "subject.id == \(operand(["member-ann", "member-bob"]))"
        case 8: return "resource.id == subject.employee_id"
        case 9:
            return generator.pick(["inChain()", "subject.delegated", "resource.remote == false", "!resource.remote"])
        case 10, 11: return "!(\(condition(&generator, depth + 1)))"
        case 12, 13: return "(\(condition(&generator, depth + 1))) && (\(condition(&generator, depth + 1)))"
        default: return "(\(condition(&generator, depth + 1))) || (\(condition(&generator, depth + 1)))"
        }
    }

    /// A request with holes and wrong types in its facts.
    func request(_ generator: inout SeededGenerator) -> DecisionRequest {
        let tenant = generator.pick(Self.tenants)
        let people = ["ann", "bob", "cem"]
        var attributes: [String: JSONValue] = [:]
        if generator.chance(85) { attributes["country"] = .string(generator.pick(Self.countries + ["XX"])) }
        if generator.chance(85) { attributes["name"] = .string(generator.pick(Self.names + ["eve"])) }
        if generator.chance(85) { attributes["level"] = .integer(Int64.random(in: 0...5, using: &generator)) }
        if generator.chance(85) { attributes["remote"] = .bool(generator.chance(50)) }
        if generator.chance(8) {
            let name = generator.pick(["country", "level", "remote", "name"])
            attributes[name] = generator.pick([.null, 7, "seven", true])
        }
        let isForeign = generator.chance(4)
        return DecisionRequest(
            subject: Subject(
                tenant: generator.chance(3) ? nil : tenant, id: generator.pick(["member-ann", "member-bob", "m"]),
                roles: (roles + ["astronaut"]).filter { _ in generator.chance(30) },
                employeeID: generator.chance(85) ? generator.pick(people) : nil,
                act: generator.chance(8) ? [Subject.Hop(id: "agent", roles: [generator.pick(roles)])] : []),
            action: "employee.\(generator.pick(Self.actions + ["levitate"]))",
            resource: Resource(
                type: generator.chance(2) ? "spaceship" : "employee",
                id: generator.chance(95) ? generator.pick(people) : nil,
                tenant: isForeign ? "omega" : tenant, subjectID: generator.chance(10) ? generator.pick(people) : nil,
                managerChain: generator.chance(85) ? people.filter { _ in generator.chance(50) } : nil,
                attributes: attributes),
            context: RequestContext(
                time: generator.chance(90)
                    ? Instant(rfc3339: generator.pick(["2026-03-01T00:00:00Z", "2026-09-01T00:00:00Z"])) : nil,
                emergency: generator.chance(25) ? Self.emergency : nil))
    }
}
