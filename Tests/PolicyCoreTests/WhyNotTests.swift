import PolicyCore
import Testing
import WireFormat

/// The smallest changes that would allow what is denied.
struct WhyNotTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var grants = ""
        var denials = ""
        var roles: [String] = []
        var employee: String? = "ann"
        var act: [Subject.Hop] = []
        var action = "view"
        var record = Fixtures.record("bob", chain: ["zoe"])
        /// A line for each way, the changes joined.
        let ways: [String]
    }

    private static func record(_ attributes: [String: JSONValue]) -> Resource {
        Fixtures.record("bob", chain: ["zoe"], attributes)
    }

    static let cases: [Case] = [
        Case(
            testDescription: "a role, or a role and a relation",
            grants: """
                  - {roles: [hr], actions: [view], scope: all}
                  - {roles: [manager], actions: [view], scope: sub}
                """,
            roles: ["employee"],
            ways: ["role `hr`", "role `manager` and standing in the person's manager chain"]),
        Case(
            testDescription: "the least of several roles",
            grants: """
                  - {roles: [lead], actions: [view], scope: all}
                  - {roles: [manager], actions: [view], scope: all}
                """, ways: ["role `manager`"]),
        Case(
            testDescription: "the nearest manager, and the record's own person",
            grants: """
                  - {roles: [manager], actions: [view], scope: sub, depth: direct}
                  - {roles: [employee], actions: [view], scope: self}
                """, roles: ["manager"],
            // The grant for one's own record is in the same role: it needs less than nothing of the chain.
            ways: ["being the person's nearest manager"]),
        Case(
            testDescription: "one's own record, where standing in the chain does not help",
            grants: "  - {roles: [manager], actions: [view], scope: sub}",
            denials: "  - {actions: [view], when: inChain(), reason: no}", roles: ["manager"],
            ways: ["a record about the subject"]),
        Case(
            testDescription: "attributes: missing, other, ordered, one of several",
            grants: """
                  - {roles: [hr], actions: [view], scope: all, when: 'resource.country in ["DE", "FR"] && resource.level >= 3'}
                """, roles: ["hr"], record: record(["country": "US"]),
            ways: [#"attribute `country` one of ["DE","FR"] and attribute `level` ≥ 3"#]),
        Case(
            testDescription: "either part of an `or`",
            grants: """
                  - {roles: [hr], actions: [view], scope: all, when: 'resource.country == "DE" || resource.remote'}
                """, roles: ["hr"], record: record(["country": "US", "remote": false]),
            ways: [#"attribute `country` = "DE""#, "attribute `remote` = true"]),
        Case(
            testDescription: "a denial that must not match",
            grants: "  - {roles: [hr], actions: [view], scope: all}",
            denials:
                "  - {actions: [view], scope: all, when: 'resource.country != \"DE\" && !hasRole(\"lead\")', reason: no}",
            roles: ["hr"], record: record(["country": "US"]),
            ways: [#"attribute `country` = "DE""#, "role `lead`"]),
        Case(
            testDescription: "one's own record is denied",
            grants: "  - {roles: [hr], actions: [view], scope: all}",
            denials: "  - {actions: [view], scope: self, reason: no}", roles: ["hr"],
            record: Fixtures.record("ann", chain: ["zoe"]), ways: ["a record about somebody else"]),
        Case(
            testDescription: "a denial for a role",
            grants: "  - {roles: [hr], actions: [view], scope: all}",
            denials: "  - {roles: [robot], actions: [view], reason: no}", roles: ["hr", "robot"],
            ways: ["not role `robot`"]),
        Case(
            testDescription: "a subject without an employee",
            grants: "  - {roles: [employee], actions: [view], scope: self}", roles: ["employee"], employee: nil,
            ways: ["a subject linked to an employee and a record about the subject"]),
        Case(
            testDescription: "whoever acts for the subject",
            grants: "  - {roles: [hr], actions: [view], scope: all}", roles: ["hr"],
            act: [Subject.Hop(id: "agent", roles: ["robot"])],
            ways: ["role `hr` for `agent`", "nobody acting for the subject"]),
        Case(
            testDescription: "a denial that nothing escapes",
            grants: "  - {roles: [hr], actions: [view], scope: all}", denials: "  - {actions: [view], reason: no}",
            roles: ["hr"], ways: []),
        Case(
            testDescription: "the time of a temporary grant",
            grants: "  - {roles: [hr], actions: [view], scope: all, from: 2026-01-01, until: 2026-02-01}",
            roles: ["hr"],
            ways: ["a time from 2026-01-01T00:00:00.000000Z before 2026-02-01T00:00:00.000000Z"]),
        Case(
            testDescription: "an emergency",
            grants: "  - {roles: [hr], actions: [view], scope: all, break_glass: 4h}", roles: ["hr"],
            ways: ["a declared emergency of at most 4 hours"]),
        Case(
            testDescription: "a condition without a value that shows it",
            grants: "  - {roles: [hr], actions: [create], scope: all, when: 'resource.name.matches(\"^x+$\")'}",
            roles: ["hr"], action: "create", ways: [#"condition `resource.name.matches("^x+$")` true"#]),
        Case(
            testDescription: "a ceiling leaves the role nothing",
            grants: "  - {roles: [hr], actions: [view], scope: none}",
            roles: ["hr"], ways: []),
    ]

    @Test(arguments: cases)
    func theSmallestChangesAreFound(_ item: Case) throws {
        let bundle = try Fixtures.bundle(grants: item.grants, denials: item.denials)
        let request = DecisionRequest(
            subject: Fixtures.subject(item.roles, employee: item.employee, act: item.act),
            action: "employee.\(item.action)", resource: item.record)
        let whyNot = bundle.whyNot(request)
        let ways = whyNot.wire["ways"]?.array ?? []
        #expect(
            ways.map { ($0["changes"]?.array ?? []).compactMap { $0["text"]?.string }.joined(separator: " and ") }
                == item.ways)
        #expect(whyNot.isComplete)
        for way in whyNot.ways {
            let isSupposed = way.changes.contains { if case .condition = $0 { true } else { false } }
            #expect(way.isVerified != isSupposed)
        }
    }

    private static let obliged = """
        module: m
        owner: hr
        attributes: {id: string, amount: integer}
        actions: {pay: {}}
        grants:
          - {id: all, roles: [hr], actions: [pay], scope: all}
        denials:
          - {id: much, actions: [pay], when: resource.amount > 1000, reason: no}
        obligations:
          - {id: fresh, actions: [pay], type: step_up, max_age: 5m, methods: [otp]}
          - {id: two, actions: [pay], type: approval, by: [boss], valid_for: 1h, when: resource.amount > 100}
          - {id: why, actions: [pay], type: reason_required}
        """

    private static func asked(_ amount: Int64, tenant: String = "acme") throws -> (PolicyBundle, DecisionRequest) {
        let bundle = try PolicyBundle.load(files: [
            PolicyFile(path: "roles.yaml", text: "roles: {hr: {}, boss: {}}\n"),
            PolicyFile(path: "m.yaml", text: obliged),
        ])
        let request = DecisionRequest(
            subject: Fixtures.subject(["hr"]), action: "m.pay",
            resource: Resource(type: "m", id: "1", tenant: tenant, attributes: ["amount": .integer(amount)]),
            context: RequestContext(time: Instant(rfc3339: "2026-03-01T09:00:00Z"), reason: "due"))
        return (bundle, request)
    }

    @Test func anAdministratorSeesRulesAndPlaces() throws {
        let (bundle, request) = try Self.asked(5000)
        #expect(
            bundle.whyNot(request).description == """
                what would allow it:
                  - attribute `amount` ≤ 1000 and a sign-in within 5 minutes by `otp` and the approval of somebody else with role `boss`, not older than 1 hour
                      by grant `m/all` at m.yaml:6:5
                      past denial `m/much` at m.yaml:8:5
                      past obligation `m/fresh` at m.yaml:10:10
                      past obligation `m/two` at m.yaml:11:10
                """)
    }

    @Test func thePersonConcernedSeesWhatTheyCanDo() throws {
        let (bundle, request) = try Self.asked(5000)
        let told = bundle.whyNot(request).forUser
        #expect(
            told.description == """
                what would allow it:
                  - a sign-in within 5 minutes by `otp` and the approval of somebody else with role `boss`, not older than 1 hour
                """)
        for secret in ["amount", "1000", "m/", "m.yaml"] { #expect(!told.wire.text.contains(secret)) }
    }

    /// Whoever may not see a record learns nothing of its attributes from what would allow it.
    @Test func thePersonConcernedLearnsNothingOfTheRecord() throws {
        let bundle = try Fixtures.bundle(
            grants: """
                  - {roles: [hr], actions: [view], scope: all, when: resource.remote}
                  - {roles: [manager], actions: [view], scope: sub, when: 'resource.level < 3'}
                """)
        let told = [true, false].flatMap { remote in
            ([1, 5] as [Int64]).map { level in
                bundle.whyNot(
                    DecisionRequest(
                        subject: Fixtures.subject(["employee"]), action: "employee.view",
                        resource: Fixtures.record(
                            "bob", chain: ["zoe"], ["remote": .bool(remote), "level": .integer(level)]))
                ).forUser.description
            }
        }
        #expect(told[0].contains("the role `hr`") && told[0].contains("the role `manager`"))
        #expect(Set(told).count == 1)
    }

    @Test func anotherOrganisationIsBeyondAnyChange() throws {
        let (bundle, request) = try Self.asked(1, tenant: "other")
        let whyNot = bundle.whyNot(request)
        #expect(whyNot.ways.isEmpty)
        #expect(
            whyNot.description
                == "no change allows it: subject and resource are not of one known tenant, which no policy can allow")
        #expect(whyNot.forUser.description == "nothing that you can do allows it")
    }

    @Test func aSearchThatIsCutShortSaysSo() throws {
        let (bundle, request) = try Self.asked(5000)
        var limits = WhyNotLimits()
        limits.tries = 2
        let whyNot = bundle.whyNot(request, limits: limits)
        #expect(!whyNot.isComplete)
        #expect(whyNot.description == "no change was found that allows it")
    }

    @Test func anAllowHasNoWays() throws {
        let bundle = try Fixtures.bundle(grants: "  - {roles: [hr], actions: [view], scope: all}")
        let whyNot = bundle.whyNot(
            DecisionRequest(
                subject: Fixtures.subject(["hr"]), action: "employee.view", resource: Fixtures.record("bob")))
        #expect(whyNot.decision.isAllowed && whyNot.ways.isEmpty && whyNot.description.isEmpty)
    }

    @Test func anOverlayMustAllowAsWell() throws {
        let bundle = try PolicyBundle.load(files: [
            PolicyFile(path: "roles.yaml", text: Fixtures.roles),
            PolicyFile(
                path: "employee.yaml",
                text: Fixtures.module(grants: "  - {roles: [hr, manager], actions: [view], scope: all}")),
            PolicyFile(
                path: "overlay.yaml",
                text: """
                    overlay: acme
                    modules:
                      employee:
                        grants:
                          - {id: local, roles: [hr], actions: [view], scope: all, when: 'resource.country == "DE"'}
                    """),
        ])
        let whyNot = bundle.whyNot(
            DecisionRequest(
                subject: Fixtures.subject([]), action: "employee.view", resource: Fixtures.record("bob")))
        #expect(
            whyNot.description == """
                what would allow it:
                  - role `hr` and attribute `country` = "DE"
                      by grant `employee/grant[0]` at employee.yaml:16:5
                      by grant `overlay/employee/local` at overlay.yaml:5:9
                """)
    }

    /// The shipped set: every denial of these gets ways that hold, within the usual limits.
    @Test func theShippedSetNamesRoleOrChain() throws {
        let bundle = try ShippedPolicyTests.bundle()
        let request = DecisionRequest(
            subject: Fixtures.subject(["employee"]), action: "leave.view",
            resource: Resource(
                type: "leave", id: "l-1", tenant: "acme", subjectID: "e-ann", managerChain: ["x"]))
        #expect(
            bundle.whyNot(request).forUser.description == """
                what would allow it:
                  - a record about yourself
                  - the role `hr_lead`
                  - the role `manager` and standing in the person's manager chain
                """)
    }

    @Test func everyActionOfTheShippedSetIsAnswered() throws {
        let bundle = try ShippedPolicyTests.bundle()
        var count = 0
        for action in bundle.actionNames {
            let type = String(action.prefix { $0 != "." })
            let request = DecisionRequest(
                subject: Fixtures.subject(["viewer"]), action: action,
                resource: Resource(type: type, id: "r-1", tenant: "acme", subjectID: "e-1", managerChain: []),
                context: RequestContext(time: Instant(rfc3339: "2026-03-01T09:00:00Z")))
            let whyNot = bundle.whyNot(request)
            if whyNot.decision.isAllowed { continue }
            count += 1
            #expect(!whyNot.ways.isEmpty, "\(action): \(whyNot)")
            // Of two ways none contains the other.
            for (index, way) in whyNot.ways.enumerated() {
                for (other, wider) in whyNot.ways.enumerated() where other != index {
                    #expect(!Set(way.changes).isSubset(of: wider.changes), "\(action): \(whyNot)")
                }
            }
        }
        #expect(count > 50)
    }
}
