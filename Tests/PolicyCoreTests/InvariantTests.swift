import PolicyCore
import Testing
import WireFormat

/// What never changes, whatever a policy says (DESIGN §3).
struct InvariantTests {
    private static func grant(_ roles: String, _ scope: String, when: String? = nil, actions: String = "view") -> String
    {
        let condition = when.map { "\n    when: '\($0)'" } ?? ""
        return "  - roles: [\(roles)]\n    actions: [\(actions)]\n    scope: \(scope)\(condition)\n"
    }

    private static func deny(_ lines: String) -> String { "  - \(lines)\n    reason: because\n" }

    // 1. Nothing matches: deny.

    @Test func nothingMatchesIsADeny() throws {
        let bundle = try Fixtures.bundle(grants: Self.grant("hr", "all"))
        let decision = bundle.decide(Fixtures.subject(["employee"]), "view", Fixtures.record("ann"))
        #expect(!decision.isAllowed)
        #expect(decision.reason == .noGrant)
        #expect(bundle.planned(Fixtures.subject(["employee"])).rows == .none)
        #expect(bundle.planned(Fixtures.subject(["employee"])).reason == .noGrant)
    }

    @Test func anUnknownRoleActionOrTypeIsADeny() throws {
        let bundle = try Fixtures.bundle(grants: Self.grant("hr", "all"))
        let record = Fixtures.record("bob")
        #expect(bundle.decide(Fixtures.subject(["nobody"]), "view", record).reason == .noGrant)
        #expect(bundle.decide(Fixtures.subject(["hr"]), "fly", record).reason == .noGrant)
        var other = record
        other.type = "department"
        #expect(bundle.decide(Fixtures.subject(["hr"]), "view", other).reason == .noGrant)
        #expect(bundle.decide(Fixtures.subject([]), "view", record).reason == .noGrant)
    }

    // 2. A deny that matches wins over every grant of every role.

    @Test func aDenialBeatsEveryGrant() throws {
        let bundle = try Fixtures.bundle(
            grants: Self.grant("hr", "all") + Self.grant("employee", "all"),
            denials: Self.deny("id: not-oneself\n    actions: [view]\n    scope: self"))
        let subject = Fixtures.subject(["hr", "employee"])
        let decision = bundle.decide(subject, "view", Fixtures.record("ann"))
        #expect(decision.reason == .denied(rule: "employee/not-oneself"))
        #expect(decision.rule == "employee/not-oneself")
        #expect(bundle.decide(subject, "view", Fixtures.record("bob")).isAllowed)
        #expect(bundle.planned(subject).rows == .not(.about(subject: "ann")))
    }

    @Test func aDenialForARoleHoldsForWhoeverInheritsIt() throws {
        let bundle = try Fixtures.bundle(
            grants: Self.grant("manager", "all"), denials: Self.deny("roles: [employee]\n    actions: [\"*\"]"))
        let decision = bundle.decide(Fixtures.subject(["lead"]), "view", Fixtures.record("bob"))
        #expect(decision.reason == .denied(rule: "employee/denial[0]"))
        #expect(bundle.planned(Fixtures.subject(["lead"])).reason == .denied(rule: "employee/denial[0]"))
    }

    // 3. A missing attribute or a failing condition never allows; in a deny rule it counts as matched.

    @Test func aMissingAttributeNeverAllows() throws {
        for condition in [
            "resource.country == \"DE\"", "resource.country != \"DE\"", "!(resource.level > 3)", "!resource.remote",
        ] {
            let bundle = try Fixtures.bundle(grants: Self.grant("hr", "all", when: condition))
            for record in [
                Fixtures.record("bob"), Fixtures.record("bob", ["country": nil, "level": nil, "remote": nil]),
                Fixtures.record("bob", ["country": 1, "level": "4", "remote": "true"]),
            ] {
                let decision = bundle.decide(Fixtures.subject(["hr"]), "view", record)
                #expect(decision.reason == .missingFact)
                #expect(!bundle.planned(Fixtures.subject(["hr"])).rows.allows(record, about: "id"))
            }
        }
    }

    @Test func aMissingAttributeInADenialCountsAsMatched() throws {
        for condition in [
            "resource.country == \"DE\"", "resource.country != \"DE\"", "resource.level < 3", "!resource.remote",
        ] {
            let bundle = try Fixtures.bundle(
                grants: Self.grant("hr", "all"),
                denials: Self.deny("id: x\n    actions: [view]\n    when: '\(condition)'"))
            let decision = bundle.decide(Fixtures.subject(["hr"]), "view", Fixtures.record("bob"))
            #expect(decision.reason == .denied(rule: "employee/x"))
            #expect(!bundle.planned(Fixtures.subject(["hr"])).rows.allows(Fixtures.record("bob"), about: "id"))
        }
    }

    @Test func aSubjectWithoutEmployeeHasNoSelfAndEscapesNoDenialOfIt() throws {
        let bundle = try Fixtures.bundle(
            grants: Self.grant("employee", "self") + Self.grant("hr", "all"),
            denials: Self.deny("id: self\n    actions: [update]\n    scope: self"))
        let nobody = Fixtures.subject(["employee"], employee: nil)
        #expect(bundle.decide(nobody, "view", Fixtures.record("ann")).reason == .missingFact)
        #expect(bundle.planned(nobody).rows == .none)
        #expect(bundle.planned(nobody).reason == .missingFact)

        let bundleOfAll = try Fixtures.bundle(
            grants: Self.grant("hr", "all", actions: "\"*\""),
            denials: Self.deny("id: self\n    actions: [update]\n    scope: self"))
        let unlinked = Fixtures.subject(["hr"], employee: nil)
        #expect(bundleOfAll.decide(unlinked, "update", Fixtures.record("ann")).reason == .denied(rule: "employee/self"))
        #expect(bundleOfAll.planned(unlinked, "update").rows == .none)
    }

    @Test func aMissingChainNeverAllows() throws {
        let bundle = try Fixtures.bundle(grants: Self.grant("manager", "sub"))
        #expect(
            bundle.decide(Fixtures.subject(["manager"]), "view", Fixtures.record("bob", chain: nil)).reason
                == .missingFact)
        #expect(
            bundle.decide(Fixtures.subject(["manager"]), "view", Fixtures.record("bob", chain: [])).reason
                == .outOfScope)
    }

    @Test func personsThatContradictEachOtherAreMissing() throws {
        let bundle = try Fixtures.bundle(grants: Self.grant("employee", "self"))
        var record = Fixtures.record("bob")
        record.subjectID = "ann"
        #expect(bundle.decide(Fixtures.subject(["employee"]), "view", record).reason == .missingFact)
    }

    // 4. Tenants ahead of any policy.

    @Test(arguments: [("acme", "other"), ("acme", nil), (nil, "acme"), (nil, nil), ("", "")] as [(String?, String?)])
    func tenantsMustBeKnownAndTheSame(_ subject: String?, _ resource: String?) throws {
        let bundle = try Fixtures.bundle(grants: Self.grant("hr", "all"))
        let decision = bundle.decide(
            Fixtures.subject(["hr"], tenant: subject), "view", Fixtures.record("bob", tenant: resource))
        #expect(decision.reason == .tenantMismatch)
        #expect(decision.fields == .none)
    }

    @Test func aPlanWithoutATenantIsOfNothing() throws {
        let bundle = try Fixtures.bundle(grants: Self.grant("hr", "all"))
        for tenant in [nil, ""] as [String?] {
            let plan = bundle.planned(Fixtures.subject(["hr"], tenant: tenant))
            #expect(plan.rows == .none)
            #expect(plan.reason == .tenantMismatch)
        }
    }

    @Test func aBundleForOneTenantNeedsNoneNamed() throws {
        let bundle = try Fixtures.bundle(roles: "tenancy: single\n" + Fixtures.roles, grants: Self.grant("hr", "all"))
        #expect(
            bundle.decide(Fixtures.subject(["hr"], tenant: nil), "view", Fixtures.record("bob", tenant: nil)).isAllowed)
        #expect(bundle.planned(Fixtures.subject(["hr"], tenant: nil)).rows == .all)
    }

    @Test func tenantsAreComparedByBytes() throws {
        let bundle = try Fixtures.bundle(grants: Self.grant("hr", "all"))
        let decision = bundle.decide(
            Fixtures.subject(["hr"], tenant: "caf\u{E9}"), "view", Fixtures.record("bob", tenant: "cafe\u{301}"))
        #expect(decision.reason == .tenantMismatch)
    }

    // 5. and 6. Scopes form a lattice, each containing the one before.

    static let people: [(Resource, least: Scope)] = [
        (Fixtures.record("ann", chain: ["bob"]), .own),
        (Fixtures.record("bob", chain: ["ann", "cid"]), .subDirect),
        (Fixtures.record("dan", chain: ["bob", "ann", "cid"]), .subAny),
        (Fixtures.record("cid", chain: []), .all),
    ]
    static let scopes: [(text: String, Scope)] = [
        ("none", .none), ("self", .own), ("sub\n    depth: direct", .subDirect), ("sub", .subAny),
        ("sub\n    depth: any", .subAny),
        ("all", .all),
    ]

    @Test(arguments: scopes)
    func eachScopeContainsTheOneBefore(_ text: String, _ scope: Scope) throws {
        let bundle = try Fixtures.bundle(grants: Self.grant("hr", text))
        let subject = Fixtures.subject(["hr"])
        for (record, least) in Self.people {
            let decision = bundle.decide(subject, "view", record)
            #expect(decision.isAllowed == (scope >= least), "\(text) on \(record.id ?? "")")
            #expect(decision.scope == (decision.isAllowed ? scope : .none))
        }
        #expect(bundle.planned(subject).scope == (scope == .none ? .none : scope))
    }

    @Test func grantsJoin() throws {
        let bundle = try Fixtures.bundle(
            grants: Self.grant("hr", "all", when: "resource.country == \"DE\"") + Self.grant("employee", "self"))
        let subject = Fixtures.subject(["hr", "employee"])
        #expect(bundle.decide(subject, "view", Fixtures.record("ann", ["country": "FR"])).isAllowed)
        #expect(bundle.decide(subject, "view", Fixtures.record("bob", ["country": "DE"])).isAllowed)
        #expect(!bundle.decide(subject, "view", Fixtures.record("bob", ["country": "FR"])).isAllowed)
    }

    @Test func scopeAndConditionCombineAsOnePredicate() throws {
        // The wider scope's condition does not widen the narrower one, nor the other way round.
        let bundle = try Fixtures.bundle(grants: Self.grant("manager", "sub", when: "resource.country == \"DE\""))
        let subject = Fixtures.subject(["manager"])
        #expect(bundle.decide(subject, "view", Fixtures.record("bob", chain: ["ann"], ["country": "DE"])).isAllowed)
        #expect(!bundle.decide(subject, "view", Fixtures.record("bob", chain: ["ann"], ["country": "FR"])).isAllowed)
        #expect(!bundle.decide(subject, "view", Fixtures.record("bob", chain: [], ["country": "DE"])).isAllowed)
    }

    // 5. and 6. Delegation meets every hop, measured from the person acted for.

    @Test func everyHopMustBeGrantedAsWell() throws {
        let bundle = try Fixtures.bundle(
            grants: Self.grant("hr", "all") + Self.grant("robot", "sub") + Self.grant("employee", "self"))
        let below = Fixtures.record("bob", chain: ["ann"])
        let stranger = Fixtures.record("eve", chain: ["cid"])
        let alone = Fixtures.subject(["hr"])
        let throughRobot = Fixtures.subject(["hr"], act: [Subject.Hop(id: "agent", roles: ["robot"])])
        #expect(bundle.decide(alone, "view", stranger).isAllowed)
        #expect(bundle.decide(throughRobot, "view", stranger).reason == .outOfScope)
        let decision = bundle.decide(throughRobot, "view", below)
        #expect(decision.isAllowed)
        #expect(decision.scope == .subAny)

        let twice = Fixtures.subject(
            ["hr"], act: [Subject.Hop(id: "agent", roles: ["robot"]), Subject.Hop(id: "second", roles: ["employee"])])
        #expect(bundle.decide(twice, "view", below).reason == .outOfScope)
        #expect(bundle.decide(twice, "view", Fixtures.record("ann")).isAllowed)
        #expect(bundle.planned(twice).rows.allows(Fixtures.record("ann"), about: "id"))
        #expect(!bundle.planned(twice).rows.allows(below, about: "id"))

        let roleless = Fixtures.subject(["hr"], act: [Subject.Hop(id: "agent", roles: [])])
        #expect(bundle.decide(roleless, "view", below).reason == .noGrant)
        #expect(bundle.planned(roleless).reason == .noGrant)
    }

    @Test func aHopGivesNothingToThePersonActedFor() throws {
        let bundle = try Fixtures.bundle(grants: Self.grant("hr", "all") + Self.grant("employee", "self"))
        let subject = Fixtures.subject(["employee"], act: [Subject.Hop(id: "agent", roles: ["hr"])])
        #expect(!bundle.decide(subject, "view", Fixtures.record("bob")).isAllowed)
        #expect(bundle.planned(subject).rows == .about(subject: "ann"))
    }

    @Test func aHopsFieldsMeetToo() throws {
        let bundle = try Fixtures.bundle(
            grants: Self.grant("hr, robot", "all"),
            fields:
                "  basic: {fields: [name], read: [{roles: [hr, robot], scope: all}]}\n  pay: {fields: [salary], read: [{roles: [hr], scope: all}]}"
        )
        let decision = bundle.decide(
            Fixtures.subject(["hr"], act: [Subject.Hop(id: "agent", roles: ["robot"])]), "view", Fixtures.record("bob"))
        #expect(decision.fields.readableFields == ["name"])
    }

    // 7. is PlanAgreementTests.

    // 8. Allowed means this very resource.

    @Test func allowedMeansThisVeryResource() throws {
        let bundle = try Fixtures.bundle(grants: Self.grant("manager", "sub"))
        let subject = Fixtures.subject(["manager"])
        #expect(bundle.planned(subject).rows != .none)
        #expect(bundle.decide(subject, "view", Fixtures.record("eve", chain: ["cid"])).reason == .outOfScope)
        #expect(bundle.decide(subject, "view", Fixtures.record("eve", chain: ["cid"])).scope == .none)
    }

    // 9. No gating obligations exist yet; an answer with one that is not understood is refused by its reader: WireTests.

    // 10. Same input, same answer.

    @Test func theSameInputGivesTheSameAnswer() throws {
        let grants = Self.grant("hr", "all", when: "resource.level >= 3") + Self.grant("manager", "sub")
        let first = try Fixtures.bundle(grants: grants)
        let second = try Fixtures.bundle(grants: grants)
        #expect(first.revision == second.revision)
        let request = DecisionRequest(
            subject: Fixtures.subject(["manager", "hr"]), action: "employee.view",
            resource: Fixtures.record("bob", chain: ["ann"], ["level": 3]))
        #expect(first.check(request) == second.check(request))
        #expect(first.check(request) == first.check(request))
    }

    @Test func theRevisionIsOfTheContentAndNotOfItsForm() throws {
        let files = [
            PolicyFile(path: "roles.yaml", text: "roles: {hr: {}}\n"),
            PolicyFile(path: "m.yaml", text: "module: m\nowner: hr\nactions: {view: {listable: true}}\n"),
        ]
        let same = [
            PolicyFile(
                path: "elsewhere/x.yaml",
                text: "# a comment\nowner: 'hr'\nmodule: m\nactions:\n  view:\n    listable: true\n"),
            PolicyFile(path: "other.yaml", text: "roles:\n  hr: {}\n"),
        ]
        let different = [files[0], PolicyFile(path: "m.yaml", text: "module: m\nowner: hr\nactions: {view: {}}\n")]
        let revision = try PolicyBundle.load(files: files).revision
        #expect(revision == (try PolicyBundle.load(files: same).revision))
        #expect(revision != (try PolicyBundle.load(files: different).revision))
        #expect(revision.utf8.count == 64)
    }

    @Test func aPlanForAnActionThatIsNotListableIsOfNothing() throws {
        let bundle = try Fixtures.bundle(grants: Self.grant("hr", "all", actions: "create"))
        #expect(bundle.planned(Fixtures.subject(["hr"]), "create").reason == .notListable)
        #expect(bundle.decide(Fixtures.subject(["hr"]), "create", Fixtures.record("bob")).isAllowed)
    }
}
