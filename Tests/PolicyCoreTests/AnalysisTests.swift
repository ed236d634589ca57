import MarkedYAML
import PolicyCore
import Testing
import WireFormat

/// What lint finds and explain tells.
struct AnalysisTests {
    private static func lines(_ bundle: PolicyBundle) -> [String] {
        bundle.lint().filter { !["field-without-class", "empty-role", "unused-action"].contains($0.code.description) }
            .map(\.description)
    }

    @Test func theShippedPoliciesHaveNoFindings() throws {
        #expect(try ShippedPolicyTests.bundle().lint().map(\.description) == [])
    }

    @Test func rolesActionsFieldsAndClassesThatSayNothingAreFound() throws {
        let bundle = try PolicyBundle.load(files: [
            PolicyFile(path: "roles.yaml", text: "roles:\n  hr: {}\n  idle: {}\n"),
            PolicyFile(
                path: "m.yaml",
                text: """
                    module: m
                    owner: hr
                    attributes: {id: string, name: string}
                    actions: {view: {listable: true}, fly: {}}
                    grants:
                      - {roles: [hr], actions: [view], scope: all}
                    fields:
                      basic: {fields: [id]}
                    """),
        ])
        #expect(
            bundle.lint().map(\.description) == [
                "m.yaml:3:26: field `name` is in no class, so nobody reads it; put it into a class of `fields` [field-without-class]",
                "m.yaml:4:35: nobody is granted `m.fly`; grant it to a role, or remove the action [unused-action]",
                "m.yaml:8:3: nobody may read field class `basic`; add a line to its `read` [unreadable-class]",
                "roles.yaml:3:3: role `idle` is granted nothing by any module; grant it something, or remove it [empty-role]",
            ])
    }

    static let unreachable: [(grants: String, denials: String, findings: [String])] = [
        (
            "  - {id: a, roles: [hr], actions: [view], scope: none}", "",
            ["`employee/a` has scope `none` and never allows"]
        ),
        (
            "  - {id: a, roles: [manager], actions: [view], scope: sub, when: resource.remote}\n  - {id: b, roles: [employee], actions: [\"*\"], scope: all}",
            "",
            ["`employee/a` allows nothing that `employee/b` does not"]
        ),
        (
            "  - {id: a, roles: [hr], actions: [view], scope: all}\n  - {id: b, roles: [hr], actions: [view], scope: all}",
            "",
            ["`employee/b` allows nothing that `employee/a` does not"]
        ),
        (
            "  - {id: a, roles: [employee], actions: [view], scope: sub}\n  - {id: b, roles: [manager], actions: [view], scope: all}",
            "", []
        ),
        (
            "  - {id: a, roles: [hr], actions: [view], scope: sub}\n  - {id: b, roles: [hr], actions: [view], scope: all, when: resource.remote}",
            "", []
        ),
        (
            "  - {id: a, roles: [hr], actions: [view], scope: self}",
            "  - {id: d, actions: [\"*\"], scope: self, reason: no}",
            ["`employee/a` is always beaten by denial `employee/d`"]
        ),
        (
            "  - {id: a, roles: [hr], actions: [view], scope: all}",
            "  - {id: d, actions: [\"*\"], scope: self, reason: no}", []
        ),
        (
            "  - {id: a, roles: [manager], actions: [view], scope: all}",
            "  - {id: d, roles: [employee], actions: [view], reason: no}",
            ["`employee/a` is always beaten by denial `employee/d`"]
        ),
        (
            "  - {id: a, roles: [employee], actions: [view], scope: all}",
            "  - {id: d, roles: [manager], actions: [view], reason: no}", []
        ),
    ]

    @Test(arguments: unreachable)
    func grantsThatNeverAllowAreFound(_ grants: String, _ denials: String, _ findings: [String]) throws {
        let bundle = try Fixtures.bundle(grants: grants, denials: denials)
        let found = bundle.lint().filter { [.unreachableGrant, .alwaysDenied].contains($0.code) }
        #expect(found.map(\.place.cause) == findings)
    }

    @Test func anExplanationNamesEveryRuleAndWhy() throws {
        let bundle = try Fixtures.bundle(
            grants: """
                  - {id: below, roles: [manager], actions: [view], scope: sub}
                  - {id: german, roles: [hr], actions: [view], scope: all, when: 'resource.country == "DE"'}
                  - {id: change, roles: [hr], actions: [update], scope: all}
                """, denials: "  - {id: far, actions: [view], when: resource.remote, reason: no}",
            fields: "  basic: {fields: [name], read: [{roles: [employee], scope: all}]}")
        let record = Fixtures.record("bob", chain: ["ann"], ["remote": false])
        let explanation = bundle.explain(
            DecisionRequest(subject: Fixtures.subject(["manager"]), action: "employee.view", resource: record))
        let text = explanation.description.replacing(bundle.revision.prefix(12), with: "REVISION")
        #expect(
            text == """
                allowed by `employee/below`, scope sub(any), revision REVISION
                  - denial `employee/far` for member-ann at employee.yaml:20:5: scope `all` covers every record; condition `resource.remote` is false
                  + grant `employee/below` for member-ann at employee.yaml:16:5: scope `sub(any)` covers the record
                  - grant `employee/german` for member-ann at employee.yaml:17:5: needs `hr`
                  reads name
                  writes \("")
                """)
    }

    @Test func anExplanationOfAMissingFactSaysSo() throws {
        let bundle = try Fixtures.bundle(grants: "  - {id: below, roles: [manager], actions: [view], scope: sub}")
        let explanation = bundle.explain(
            DecisionRequest(
                subject: Fixtures.subject(["manager"], employee: nil), action: "employee.view",
                resource: Fixtures.record("bob")))
        #expect(explanation.steps.map(\.outcome) == [.missingFact])
        #expect(explanation.decision.reason == .missingFact)
    }

    @Test func anExplanationOfAnUnknownActionSuggestsOne() throws {
        let bundle = try Fixtures.bundle(grants: "  - {roles: [hr], actions: [view], scope: all}")
        let explanation = bundle.explain(
            DecisionRequest(
                subject: Fixtures.subject(["hr"]), action: "employee.veiw", resource: Fixtures.record("bob")))
        #expect(explanation.preliminary == "no module has an action `employee.veiw`; did you mean `employee.view`?")
    }

    @Test func anExplanationNamesTheCeilingThatLeavesNothing() throws {
        let bundle = try Fixtures.bundle(
            roles: """
                roles:
                  hr: {ceiling: {employee.update: all}}
                  lead: {inherits: [hr]}
                  other: {}
                """,
            grants: """
                  - {id: capped, roles: [hr], actions: [view], scope: all}
                  - {id: open, roles: [other], actions: [view], scope: all}
                """)
        let explanation = bundle.explain(
            DecisionRequest(
                subject: Fixtures.subject(["lead"]), action: "employee.view", resource: Fixtures.record("bob")))
        #expect(
            explanation.steps.map { "\($0.rule): \($0.because)" } == [
                "employee/capped: the ceiling of `lead` leaves nothing", "employee/open: needs `other`",
            ])
    }
}
