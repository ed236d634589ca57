import AuditClient
import Foundation
import HRDomain
import Idempotency
import IdentityClient
import KeyVault
import PolicyClient
import PolicyCore
@_spi(ScopeMinting) import Postgres
@_spi(Authenticated) import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import HRService

@Suite("Deciding on the lines of an import, with policies of one's own")
struct ImportDecisionTests {
    /// Managers import whom they have below them, and write every field there; nobody makes departments but owners.
    private static func bundle() throws -> PolicyBundle {
        try PolicyStandIn.bundle { path, text in
            switch path {
            case "modules/employee.yaml":
                text.replacing(
                    "grants:\n",
                    with: "grants:\n  - {id: m, roles: [manager], actions: [import], scope: sub}\n", maxReplacements: 1
                ).replacing("    write:\n", with: "    write:\n      - {roles: [manager], scope: sub}\n")
            case "modules/department.yaml":
                text.replacing("actions: [create, update]", with: "actions: [update]")
            default: text
            }
        }
    }

    private func load(
        _ lines: [String], as roles: [String], _ employee: UUIDv7?, _ force: Workforce
    ) async throws -> ImportReport {
        let token = AccessToken(
            compact: Redacted("a.b.c"), tenant: force.tenant, subject: .generate(), roles: roles, employeeID: employee,
            amr: ["pwd", "otp"], authTime: .now(), session: .generate(), clientID: "test", jti: "test",
            expires: Instant.now().adding(.seconds(600)), issuedAt: .now())
        let header = "employee_number,given_name,family_name,hired_on,job_title,manager_number,department"
        let body = ([header] + lines).joined(separator: "\n") + "\n"
        let call = Call(body: Array(body.utf8), accessToken: token, logger: TestDatabase.quiet)
        let subject = Subject(
            tenant: force.tenant.text, id: token.subject.text, roles: roles, employeeID: employee?.text)
        return try await PolicyStandIn.deciding(by: Self.bundle(), for: subject, asking: .hr) { policy in
            let outbox = AuditOutbox(database: force.database, origin: .hr)
            let queries = EmployeeQueries(
                database: force.database, vault: force.vault, outbox: outbox,
                enforcer: Enforcer(policy: policy, outbox: outbox), cursors: .ephemeral())
            let answers = IdempotentAnswers(database: force.database, vault: force.vault)
            return try await EmployeeImport(commands: EmployeeCommands(queries: queries, answers: answers))
                .run(call, isDryRun: false)
        }
    }

    @Test("nobody takes a person over by a line that puts her below him, nor whom such a line would bring along")
    func presentChain() async throws {
        let force = try await Workforce()
        let boss = try await force.add("BOSS")
        let other = try await force.add("OTHER")
        let moved = try await force.add("MOVED", manager: other)
        try await force.add("BELOW", manager: moved)
        try await force.add("OWN", manager: boss)
        let report = try await load(
            [
                "MOVED,Anna,Muster,2020-01-01,Clerk,BOSS,",
                "BELOW,Anna,Muster,2020-01-01,Taken over,MOVED,",
                "NEW,Anna,Muster,2020-01-01,Brought along,MOVED,",
                "OWN,Anna,Muster,2020-01-01,Promoted,BOSS,",
                "HIRED,Anna,Muster,2020-01-01,Clerk,OWN,",
            ], as: ["manager"], boss, force)
        #expect(report.rejected.map(\.position.line).sorted() == [2, 3, 4])
        #expect(report.updated == 1 && report.created == 1)
    }

    @Test("a department is made by an import only for whoever may make it")
    func departments() async throws {
        let force = try await Workforce()
        let report = try await load(
            ["A,Anna,Muster,2020-01-01,Clerk,,New Department", "B,Anna,Muster,2020-01-01,Clerk,,"], as: ["hr_lead"],
            nil, force)
        #expect(report.rejected.map(\.position.line) == [2])
        #expect(report.rejected.first?.column == .department)
        #expect(report.created == 1 && report.departmentsCreated == 0)
    }
}
