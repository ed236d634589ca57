import MarkedYAML
import Testing
import WireFormat

@testable import PolicyCore

/// Conditions that differ only in their literals are compiled by one template; what they mean and which errors they have
/// is what they had if each were compiled by itself.
struct ConditionShapeTests {
    @Test(
        arguments: [
            (#"resource.country == "DE""#, #"resource.country == ""#, [.text("DE")]),
            (
                #"resource.level>=12 && resource.name in ['a' , "b"]"#, #"resource.level>=0 && resource.name in []""#,
                [.integer(12), .list(["a", "b"])]
            ),
            ("resource.level in [1, 2]", "resource.level in [0, 0]", [.integer(1), .integer(2)]),
            (#"resource.name in ["a", resource.id]"#, #"resource.name in [", resource.id]"#, [.text("a")]),
            ("resource.r2d2 == 0", "resource.r2d2 == 0", [.integer(0)]),
            ("\"\u{e9}'\" == resource.name", "\" == resource.name", [.text("\u{e9}'")]),
        ] as [(String, String, [ConditionShape.Literal])])
    func literalsAreLeftOut(_ text: String, _ key: String, _ literals: [ConditionShape.Literal]) throws {
        let shape = try #require(ConditionShape(text))
        #expect(shape.key == key)
        #expect(shape.literals == literals)
    }

    /// What could make a literal mean something else than itself.
    @Test(arguments: [
        #"resource.name == "a\n""#, #"resource.name == r"a""#, #"resource.name == b"a""#, #"resource.name == """a""""#,
        "resource.level == -1", "resource.level == 1u", "resource.level == 1.5", "resource.level == 0x1F",
        "resource.level == 12345678901234567890", "resource.level == 007", "resource.level == 1 // one",
        #"resource.name == "A".lowerAscii()"#, "resource.level == int (5)", #"resource.name == "a"#,
        "resource.`a` == 1", "resource.level == 1e3",
    ])
    func othersHaveNoShape(_ text: String) { #expect(ConditionShape(text) == nil) }

    private static func bundle(_ conditions: [String], listable: Bool = true) throws -> PolicyBundle {
        try Fixtures.bundle(
            grants: conditions.enumerated().map { number, text in
                "  - {id: g\(number), roles: [hr], actions: [\(listable ? "view" : "create")], scope: all, when: '\(text)'}\n"
            }.joined())
    }

    /// Each of several conditions of a shape keeps its own literals, in checks and in plans.
    @Test func eachConditionKeepsItsLiterals() throws {
        let bundle = try Self.bundle([
            #"resource.country == "DE" && resource.level > 3"#, #"resource.country == "FR" && resource.level > 1"#,
            #"resource.country == "US" && resource.level > 9"#,
        ])
        let subject = Fixtures.subject(["hr"])
        let rows = bundle.planned(subject).rows
        for country in ["DE", "FR", "US"] {
            for level in Int64(0)...10 {
                let record = Fixtures.record("bob", ["country": .string(country), "level": .integer(level)])
                let limit: Int64 = country == "DE" ? 3 : country == "FR" ? 1 : 9
                #expect(bundle.decide(subject, "view", record).isAllowed == (level > limit))
                #expect(rows.allows(record, about: "id") == (level > limit))
            }
        }
    }

    /// A function of a literal is folded, so that its shape is no template although the first literal looks like it.
    @Test func foldedLiteralsAreFolded() throws {
        let bundle = try Self.bundle([#"resource.name == "ada".lowerAscii()"#, #"resource.name == "EVE".lowerAscii()"#])
        let subject = Fixtures.subject(["hr"])
        #expect(bundle.decide(subject, "view", Fixtures.record("bob", ["name": "eve"])).isAllowed)
        #expect(!bundle.decide(subject, "view", Fixtures.record("bob", ["name": "EVE"])).isAllowed)
    }

    /// Equal literals in the first condition of a shape leave no doubt about which is which.
    @Test func equalLiteralsAreKeptApart() throws {
        let bundle = try Self.bundle([
            #"resource.name == "a" || resource.country != "DE" && resource.level == 3 && resource.remote"#,
            #"resource.name == "DE" || resource.country != "DE" && resource.level == 3 && resource.remote"#,
            #"resource.name == "x" || resource.country != "US" && resource.level == 4 && resource.remote"#,
        ])
        let subject = Fixtures.subject(["hr"])
        let facts: [String: JSONValue] = ["name": "n", "country": "DE", "level": 4, "remote": true]
        #expect(bundle.decide(subject, "view", Fixtures.record("bob", facts)).rule == "employee/g2")
        #expect(
            !bundle.decide(
                subject, "view", Fixtures.record("bob", facts.merging(["country": "US"]) { $1 })
            ).isAllowed)
    }

    /// A value that the attribute never has is an error in every condition of the shape.
    @Test func errorsAreThoseOfEachCondition() throws {
        for conditions in [
            [#"resource.country == "XX""#], [#"resource.country == "DE""#, #"resource.country == "XX""#],
            [#"resource.country in ["DE", "FR"]"#, #"resource.country in ["DE", "XX"]"#],
        ] {
            let error = #expect(throws: PolicyLoadErrors.self) { try Self.bundle(conditions) }
            #expect(error?.errors.map(\.cause) == ["`country` is never `XX`"])
        }
        // Learnt where no filter is needed, and asked for where one is.
        let error = #expect(throws: PolicyLoadErrors.self) {
            try Fixtures.bundle(
                grants: """
                      - {roles: [hr], actions: [create], scope: all, when: 'resource.salary == "1"'}
                      - {roles: [hr], actions: [view], scope: all, when: 'resource.salary == "2"'}

                    """)
        }
        #expect(error?.errors.count == 1)
        #expect(error?.errors.first?.cause.contains("sealed") == true)
    }
}
