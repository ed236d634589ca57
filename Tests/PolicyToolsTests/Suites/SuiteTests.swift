import MarkedYAML
import PolicyCore
import PolicyTools
import Testing
import WireFormat

@Suite struct SuiteTests {
    private static let head = """
        tests: small
        now: 2026-03-01T09:00:00Z
        subjects:
          ann: {id: m-ann, tenant: acme, employee_id: e-ann, roles: [employee]}
          hal: {id: m-hal, tenant: acme, employee_id: e-hal, roles: [hr_lead]}
        resources:
          own: {type: leave, id: l-1, tenant: acme, manager_chain: [], attributes: {person: e-ann, days: 5, status: asked}}

        """

    private func suites(_ cases: String, head: String = SuiteTests.head) throws -> [PolicySuite] {
        let bundle = try FixturePolicies.bundle()
        return try PolicySuite.load(files: [PolicyFile(path: "s.yaml", text: head + cases)], for: bundle)
    }

    private func errors(_ cases: String, head: String = SuiteTests.head) throws -> [String] {
        do {
            _ = try suites(cases, head: head)
            return []
        } catch let errors as SuiteLoadErrors {
            return errors.errors.map(\.description)
        }
    }

    @Test func aSuiteThatHoldsHasNoFailures() throws {
        let bundle = try FixturePolicies.bundle()
        let run = TestRun(try PolicySuite.load(files: try FixturePolicies.files(), for: bundle), on: bundle)
        #expect(run.failures.isEmpty, "\(run.report)")
        #expect(run.caseCount == 15)
    }

    @Test func aFailureTellsPlaceExpectedAndActualAndWhy() throws {
        let run = TestRun(
            try suites(
                """
                cases:
                  - name: wrong
                    subject: ann
                    action: leave.view
                    resource: own
                    expect: {decision: allow, scope: sub, rule: leave/people, readable: [facts], obligations: [leave/tell]}
                """), on: try FixturePolicies.bundle())
        let failure = try #require(run.failures.first)
        #expect(failure.testCase.mark == Mark(line: 9, column: 5))
        #expect(failure.differences.map(\.key) == ["scope", "rule", "readable", "obligations"])
        #expect(failure.differences[0].expected == "sub(any)")
        #expect(failure.differences[0].actual == "self")
        #expect(failure.differences[2].actual == "[facts, private]")
        #expect(run.report.contains("s.yaml:9:5: wrong\n  scope: expected sub(any), actual self"))
        #expect(run.report.contains("grant `leave/own` for m-ann"))
    }

    @Test func aMatrixIsWrittenOut() throws {
        let run = TestRun(
            try suites(
                """
                cases:
                  - name: table
                    subjects: [ann, hal]
                    actions: [leave.view, leave.approve]
                    resources: [own]
                    expect:
                      ann: {leave.view: deny, leave.approve: deny}
                      hal: allow
                """), on: try FixturePolicies.bundle())
        #expect(run.caseCount == 4)
        #expect(run.failures.map(\.testCase.name) == ["table: ann leave.view own"])
        #expect(run.failures[0].testCase.mark == Mark(line: 14, column: 25))
    }

    @Test func coverageListsRulesThatDecideNothing() throws {
        let bundle = try FixturePolicies.bundle()
        let run = TestRun(try PolicySuite.load(files: try FixturePolicies.files(), for: bundle), on: bundle)
        let uncovered = run.wire["uncovered"]?.array?.compactMap { $0["id"]?.string }
        #expect(uncovered == ["leave/needless", "leave/season", "leave/own-approval", "leave/settled"])
        #expect(!run.isComplete)
        #expect(run.wire["uncovered"]?.array?.first?["line"] == 35)
    }

    @Test func theClockReasonApprovalsAndEmergencyReachTheRequest() throws {
        let suite = try #require(
            try suites(
                """
                cases:
                  - name: facts
                    subject: ann
                    action: leave.view
                    resource: own
                    now: 2026-04-01
                    context:
                      ip: 10.0.0.1
                      reason: because
                      approvals: [{approver: m-hal, roles: [hr_lead]}]
                      emergency: {reason: fire, since: 2026-04-01, until: 2026-04-02}
                    expect: allow
                """
            ).first)
        let context = suite.cases[0].request.context
        let time = Instant(rfc3339: "2026-04-01T00:00:00Z")
        #expect(context.time == time)
        #expect(context.ip == "10.0.0.1")
        #expect(context.approvals.first?.action == "leave.view")
        #expect(context.approvals.first?.resourceID == "l-1")
        #expect(context.approvals.first?.time == time)
        #expect(context.emergency?.reason == "fire")
    }

    @Test(arguments: [
        ("subject: anne", "s.yaml:10:14: unknown subject `anne`; did you mean `ann`?"),
        (
            "subject: ann\n    expekt: allow",
            "s.yaml:11:5: unknown key `expekt` in the test case; did you mean `expect`?"
        ),
    ])
    func slipsAreLoadErrors(_ line: String, _ error: String) throws {
        let found = try errors(
            """
            cases:
              - name: slip
                \(line)
                action: leave.view
                resource: own
                expect: deny
            """)
        #expect(found == [error])
    }

    @Test func whatASuiteNamesMustBeKnown() throws {
        let found = try errors(
            """
            cases:
              - {name: a, subject: ann, action: leave.wiew, resource: own, expect: deny}
              - {name: b, subject: ann, action: leave.view, resource: own, expect: maybe}
              - {name: c, subject: ann, action: leave.view, resource: own, expect: {decision: deny, rule: leave/onw}}
              - {name: d, subjects: [ann, hal], action: leave.view, resource: own, expect: {ann: deny}}
            """,
            head: Self.head.replacing("days: 5", with: "dais: 5").replacing("[hr_lead]", with: "[hr_laed]"))
        #expect(
            found == [
                "s.yaml:5:62: unknown role `hr_laed`; did you mean `hr_lead`?",
                "s.yaml:7:92: unknown attribute `dais` of `leave`; did you mean `days`?",
                "s.yaml:9:37: unknown action `leave.wiew`; did you mean `leave.view`?",
                "s.yaml:10:72: `maybe` is no decision; write `allow` or `deny`",
                "s.yaml:11:95: unknown rule `leave/onw`; did you mean `leave/own`?",
                "s.yaml:12:80: nothing is expected for `hal`; add `hal:` below `expect`",
            ])
    }
}
