import PolicyCore
import Testing
import WireFormat

/// Answers survive the wire, and what is not understood is refused.
struct WireTests {
    private static let grants = """
          - {id: mine, roles: [manager], actions: [view], scope: sub, when: 'resource.country in ["DE", "FR"]'}
        """
    private static let fields = """
          basic: {fields: [name, country], read: [{roles: [manager], scope: sub}]}
          pay: {fields: [salary], sensitive: true, read: [{roles: [manager], scope: self}], write: [{roles: [hr], scope: all}]}
        """

    @Test func aDecisionSurvivesTheWire() throws {
        let bundle = try Fixtures.bundle(grants: Self.grants, fields: Self.fields)
        for country in ["DE", "US"] {
            var decision = bundle.decide(
                Fixtures.subject(["manager"]), "view",
                Fixtures.record("bob", chain: ["ann"], ["country": .string(country)]))
            decision.id = "d1"
            decision.isSimulated = true
            let read = try Decision(wire: JSONValue.parse(decision.wire.bytes()))
            #expect(read == decision)
        }
    }

    @Test func aPlanSurvivesTheWire() throws {
        let bundle = try Fixtures.bundle(grants: Self.grants, fields: Self.fields)
        for roles in [["manager"], ["hr"], []] {
            var plan = bundle.planned(Fixtures.subject(roles))
            plan.id = "d2"
            #expect(try Plan(wire: JSONValue.parse(plan.wire.bytes())) == plan)
        }
    }

    @Test func theShapeOfADecisionIsAuthZENs() throws {
        let bundle = try Fixtures.bundle(grants: "  - {id: g, roles: [hr], actions: [view], scope: all}")
        let wire = bundle.decide(Fixtures.subject(["hr"]), "view", Fixtures.record("bob")).wire
        #expect(wire["decision"] == true)
        #expect(wire["context"]?["scope"] == "all")
        #expect(wire["context"]?["rule"] == "employee/g")
        #expect(wire["context"]?["revision"]?.string == bundle.revision)
        #expect(wire["context"]?["obligations"] == [])
        let denied = bundle.decide(Fixtures.subject([]), "view", Fixtures.record("bob")).wire
        #expect(denied["decision"] == false)
        #expect(denied["context"]?["reason"] == "no-grant")
    }

    static let filters: [Filter] = [
        .none, .all, .about(subject: "a"), .inChain(subject: "a", depth: .direct), .inChain(subject: "a", depth: .any),
        .not(.about(subject: "a")), .and([.all, .none]),
        .or([.about(subject: "a"), .inChain(subject: "b", depth: .any)]),
        .compare(attribute: "x", .equal, "y"), .compare(attribute: "x", .less, 3),
        .compare(attribute: "x", .oneOf, ["a", 1, true]),
    ]

    @Test(arguments: filters)
    func aFilterSurvivesTheWire(_ filter: Filter) throws {
        #expect(try Filter(wire: JSONValue.parse(filter.wire.bytes())) == filter)
    }

    static let foreign: [JSONValue] = [
        nil, "all", [], [:], ["op": "some"], ["op": 1], ["op": "all", "extra": 1], ["op": "about"],
        ["op": "about", "subject": ""],
        ["op": "about", "subject": 7], ["op": "inChain", "subject": "a"],
        ["op": "inChain", "subject": "a", "depth": "deep"],
        ["op": "and", "of": []], ["op": "and", "of": ["op": "all"]], ["op": "or", "of": [["op": "new"]]], ["op": "not"],
        ["op": "not", "of": [["op": "all"]]], ["op": "compare", "attribute": "x", "comparator": "like", "value": "y"],
        ["op": "compare", "attribute": "x", "comparator": "less", "value": "y"],
        ["op": "compare", "attribute": "x", "comparator": "one_of", "value": []],
        ["op": "compare", "attribute": "x", "comparator": "equal", "value": nil],
        ["op": "compare", "attribute": "x", "comparator": "equal", "value": "y", "collate": "de"],
    ]

    @Test(arguments: foreign)
    func aFilterThatIsNotUnderstoodIsRefused(_ wire: JSONValue) {
        #expect(throws: WireShapeError.self) { try Filter(wire: wire) }
    }

    @Test func aFilterNestedTooDeepIsRefused() {
        var filter = Filter.about(subject: "a")
        for _ in 0..<100 { filter = .not(.and([filter])) }
        let wire = filter.wire
        #expect(throws: WireShapeError.self) { try Filter(wire: wire) }
    }

    @Test func answersOfAnotherShapeAreRefused() throws {
        let bundle = try Fixtures.bundle(grants: "  - {id: g, roles: [hr], actions: [view], scope: all}")
        let decision = bundle.decide(Fixtures.subject(["hr"]), "view", Fixtures.record("bob")).wire
        let plan = bundle.planned(Fixtures.subject(["hr"])).wire
        for (name, value) in [
            ("version", 2), ("obligations", ["x"]), ("scope", "galaxy"), ("reason", "no-grant"), ("novelty", true),
            ("fields", []),
        ] as [(String, JSONValue)] {
            var context = try #require(decision["context"]?.object)
            context[name] = value
            #expect(throws: WireShapeError.self) {
                try Decision(wire: ["decision": true, "context": .object(context)])
            }
        }
        #expect(throws: WireShapeError.self) { try Decision(wire: ["decision": "true"]) }
        for (name, value) in [
            ("version", 2), ("rows", nil), ("scope", "galaxy"), ("reason", "no-grant"), ("novelty", true),
            ("classes", [1]),
        ] as [(String, JSONValue)] {
            var members = try #require(plan.object)
            members[name] = value
            #expect(throws: WireShapeError.self) { try Plan(wire: .object(members)) }
        }
    }
}
