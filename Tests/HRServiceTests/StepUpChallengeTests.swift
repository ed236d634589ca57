import AuditClient
import AuditCore
import PolicyClient
import PolicyCore
import Postgres
@_spi(Authenticated) import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import HRService

@Suite("A `step_up` that is missing, as the client of HRService hears of it (RFC 9470)")
struct StepUpChallengeTests {
    /// Views want a sign-in of five minutes with one of these methods, plans included.
    private static func bundle(methods: String) throws -> PolicyBundle {
        try PolicyStandIn.bundle { path, text in
            guard path == "modules/employee.yaml" else { return text }
            return text.replacing(
                "obligations:\n",
                with: "obligations:\n  - {id: fresh, actions: [view], type: step_up, max_age: 5m\(methods)}\n",
                maxReplacements: 1)
        }
    }

    private func refusals(
        methods: String, amr: [String], age: Duration, _ force: Workforce
    ) async throws -> [Problem?] {
        let signedIn = Instant.now().adding(.zero - age)
        let token = AccessToken(
            compact: Redacted("a.b.c"), tenant: force.tenant, subject: .generate(), roles: ["hr_lead"], employeeID: nil,
            amr: amr, authTime: signedIn, session: .generate(), clientID: "test", jti: "test",
            expires: Instant.now().adding(.seconds(600)), issuedAt: .now())
        let call = Call(accessToken: token, logger: TestDatabase.quiet)
        let subject = Subject(
            tenant: force.tenant.text, id: token.subject.text, roles: token.roles, amr: amr, authTime: signedIn)
        let (action, person) = (ActionName(module: "employee", "view"), UUIDv7.generate())
        let resource = EventResource(type: "employee", id: person.text)
        return try await PolicyStandIn.deciding(by: Self.bundle(methods: methods), for: subject, asking: .hr) {
            policy in
            let enforcer = Enforcer(policy: policy, outbox: AuditOutbox(database: force.database, origin: .hr))
            return [
                try await refusal { _ = try await enforcer.plan(call, token, action, on: resource) },
                try await refusal {
                    _ = try await enforcer.check(
                        call, token, action,
                        Resource(
                            type: "employee", id: person.text, tenant: force.tenant.text, subjectID: person.text,
                            managerChain: []), on: resource)
                },
            ]
        }
    }

    private func refusal(_ body: () async throws -> Void) async throws -> Problem? {
        do {
            try await body()
            return nil
        } catch let problem as Problem {
            return problem
        }
    }

    @Test(
        "too old or too weak is 401 with what will do, for a plan and for a check",
        arguments: [
            ("", ["pwd", "otp", "mfa"], 301, nil, nil),
            (", methods: [otp, hwk]", ["pwd"], 1, "urn:bailiwick:acr:aal2 phr", ["otp", "hwk"]),
            (", methods: [hwk, swk]", ["pwd", "otp", "mfa"], 1, "phr", ["hwk", "swk"]),
        ] as [(String, [String], Int64, String?, JSONValue?)])
    func challenged(methods: String, amr: [String], age: Int64, acr: String?, named: JSONValue?) async throws {
        let force = try await Workforce()
        for refusal in try await refusals(methods: methods, amr: amr, age: .seconds(age), force) {
            let problem = try #require(refusal)
            #expect(problem.status == .unauthorized)
            #expect(problem.code == "insufficient-user-authentication")
            var header = #"Bearer error="insufficient_user_authentication""#
            if let acr { header += ", acr_values=\"\(acr)\"" }
            #expect(problem.headers[.wwwAuthenticate] == header + ", max_age=\"300\"")
            #expect(problem.members["acr_values"]?.string == acr)
            #expect(problem.members["methods"] == named)
            #expect(problem.members["reason"] == "obligation:employee/fresh")
            #expect(problem.members["decision_id"]?.string != nil)
        }
    }

    @Test("who meets it is not asked")
    func met() async throws {
        let force = try await Workforce()
        let none = try await refusals(
            methods: ", methods: [otp]", amr: ["pwd", "otp", "mfa"], age: .seconds(200), force)
        #expect(none == [nil, nil])
    }
}
