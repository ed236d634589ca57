import PolicyClient
import PolicyCore
@_spi(Authenticated) import ServiceKit
import ServiceLifecycle
import Testing
import WireFormat

@testable import PolicyEngine

@Suite("an enforcing service asks")
struct PolicyClientTests {
    @Test("filtering by a plan gives exactly the records that checks allow, single and in a batch")
    func agreement() async throws {
        try await withEngine { engine in
            let client = PolicyClient(client: try engine.client())
            let (me, boss, peer) = (UUIDv7.generate(), UUIDv7.generate(), UUIDv7.generate())
            let tenant = RunningEngine.tenant.text
            func record(_ id: UUIDv7, _ chain: [UUIDv7]?, tenant: String? = tenant) -> Resource {
                Resource(
                    type: "employee", id: id.text, tenant: tenant, subjectID: id.text, managerChain: chain?.map(\.text))
            }
            let records = [
                record(me, [boss]), record(boss, []), record(peer, [boss]), record(.generate(), [me, boss]),
                record(.generate(), [peer, me, boss]), record(.generate(), [.generate()]), record(.generate(), nil),
            ]
            for roles in [
                ["employee"], ["manager"], ["analyst"], ["viewer"], ["hr_lead"], ["admin"], ["owner"], [],
                ["manager", "viewer"],
            ] {
                let user = engine.user(roles: roles, employee: me)
                for action in ["employee.view", "employee.update", "employee.terminate", "employee.link_member"] {
                    let call = engine.call(user)
                    let plan = try await client.plan(call, action: action, resourceType: "employee")
                    let batch = try await client.check(call, action: action, resources: records)
                    for (record, batched) in zip(records, batch) {
                        let single = try await client.check(call, action: action, resource: record)
                        #expect(
                            single.isAllowed == plan.rows.allows(record, about: "id"), "\(roles) \(action) \(record)")
                        #expect(single.isAllowed == batched.isAllowed)
                        #expect(single.revision == plan.revision)
                        #expect(single.id != batched.id)
                        guard single.isAllowed else { continue }
                        for fieldClass in plan.classes {
                            let name = fieldClass.fieldClass.name
                            #expect(
                                single.fields.canRead(class: name) == fieldClass.read.allows(record, about: "id"),
                                "\(roles) \(name)")
                            #expect(
                                single.fields.canWrite(class: name) == fieldClass.write.allows(record, about: "id"),
                                "\(roles) \(name)")
                        }
                    }
                    #expect((plan.denial == nil) == (plan.rows != .none))
                }
            }
            // Another tenant's record, whatever the role.
            let owner = engine.call(engine.user(roles: ["owner"], employee: me))
            let foreign = try await client.check(
                owner, action: "employee.view", resource: record(peer, [], tenant: UUIDv7.generate().text))
            #expect(!foreign.isAllowed)
            #expect(foreign.reason == .tenantMismatch)
        }
    }

    @Test("a plan without rows is a 403 with decision id, reason and rule")
    func denial() async throws {
        try await withEngine { engine in
            let client = PolicyClient(client: try engine.client())
            let analyst = engine.call(engine.user(roles: ["analyst"], employee: .generate()))
            let plan = try await client.plan(analyst, action: "employee.update", resourceType: "employee")
            let problem = try #require(plan.denial)
            #expect(problem.status == .forbidden)
            #expect(problem.code == "no-grant")
            #expect(problem.members["reason"] == "no-grant")
            #expect(UUIDv7(problem.members["decision_id"]?.string ?? "") != nil)
            let decision = try await client.check(
                analyst, action: "employee.update",
                resource: Resource(type: "employee", id: UUIDv7.generate().text, tenant: RunningEngine.tenant.text))
            #expect(decision.denial?.code == "no-grant")
        }
    }

    @Test("questions of many users at once are answered each for its own user, and a bad token spoils no other's")
    func together() async throws {
        try await withEngine { engine in
            let client = PolicyClient(client: try engine.client())
            let revoked = engine.user(roles: ["owner"])
            let forged = AccessToken(
                compact: Redacted(revoked.compact.reveal().dropLast(8) + "AAAAAAAA"), tenant: revoked.tenant,
                subject: revoked.subject, roles: revoked.roles, employeeID: nil, amr: revoked.amr,
                authTime: revoked.authTime, session: revoked.session, clientID: revoked.clientID, jti: revoked.jti,
                expires: revoked.expires, issuedAt: revoked.issuedAt)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for number in 0..<120 {
                    tasks.addTask {
                        if number.isMultiple(of: 10) {
                            let problem = await #expect(throws: Problem.self) {
                                try await client.plan(
                                    engine.call(forged), action: "employee.view", resourceType: "employee")
                            }
                            #expect(problem?.status == .unauthorized)
                            return
                        }
                        let (me, tenant) = (UUIDv7.generate(), TenantID(UUIDv7.generate()))
                        let role = ["employee", "manager", "hr_lead"][number % 3]
                        let call = engine.call(engine.user(roles: [role], tenant: tenant, employee: me))
                        let own = Resource(
                            type: "employee", id: me.text, tenant: tenant.text, subjectID: me.text, managerChain: [])
                        let plan = try await client.plan(call, action: "employee.view", resourceType: "employee")
                        #expect(plan.tenant == tenant.text)
                        #expect(plan.rows.allows(own, about: "id"))
                        #expect((plan.rows == .all) == (role == "hr_lead"), "\(role)")
                        let decision = try await client.check(call, action: "employee.view", resource: own)
                        #expect(decision.isAllowed)
                        var foreign = own
                        foreign.tenant = UUIDv7.generate().text
                        #expect(
                            try await client.check(call, action: "employee.view", resource: foreign).reason
                                == .tenantMismatch)
                    }
                }
                try await tasks.waitForAll()
            }
        }
    }

    @Test(
        "nobody there, no answer in time, an unsigned one and a strange one: 503, and soon",
        arguments: Answerer.all)
    func noDecision(answerer: Answerer) async throws {
        let identities = try ServiceIdentities()
        let strangers = try ServiceIdentities()
        defer {
            identities.remove()
            strangers.remove()
        }
        let ports = AnnouncedPorts()
        let runtime = try ServiceRuntime(
            name: .policy, publicListener: ListenerConfiguration(address: .tcp(host: "127.0.0.1", port: 0)),
            internalListener: ListenerConfiguration(address: .tcp(host: "127.0.0.1", port: 0)), publicRoutes: [],
            internalRoutes: answerer.routes, keys: try (answerer.isStranger ? strangers : identities).keys(.policy),
            verifier: nil, logger: .silent, onListening: ports.announce)
        try await withServices([runtime.serviceGroup()]) {
            let port = answerer.isAbsent ? 1 : try await ports.wait().internal
            let client = PolicyClient(
                client: ServiceClient(
                    keys: try identities.keys(.hr), callee: .policy, baseURL: "http://127.0.0.1:\(port)",
                    transport: ServiceTransport(), logger: .silent))
            let engine = RunningEngine.unreached(identities)
            let call = engine.call(engine.user(roles: ["owner"]))
            let started = ContinuousClock.now
            let planned = await #expect(throws: Problem.self) {
                _ = try await client.plan(call, action: "employee.view", resourceType: "employee")
            }
            let checked = await #expect(throws: Problem.self) {
                _ = try await client.check(call, action: "employee.view", resource: Resource(type: "employee", id: "x"))
            }
            #expect(
                planned?.status.code == answerer.status && checked?.status.code == answerer.status,
                "\(String(describing: planned))")
            if answerer.status == 503 { #expect(planned?.code == "decision-unavailable") }
            // An end, not a speed: the machine may be busy. The demo measures the second that it may take.
            #expect(started.duration(to: .now) < .seconds(30), "two questions")
        }
    }

    /// Somebody in the place of PolicyEngine.
    struct Answerer: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var body: JSONValue = [:]
        var replyStatus = 200
        var delay: Duration = .zero
        var isStranger = false
        var isAbsent = false
        var status = 503

        /// What is said instead of the answers to the questions.
        var whole: JSONValue?

        var routes: [Route] {
            [
                Route(.post, "/internal/v1/questions", access: .service(callers: [.hr], user: .none), body: .json) {
                    [self] call in
                    if delay > .zero { try? await Task.sleep(for: delay) }
                    let questions = try JSONValue.parse(call.body)["questions"]?.array ?? []
                    let answer: JSONValue = ["status": .integer(Int64(replyStatus)), "body": body]
                    return .json(whole ?? ["answers": .array(questions.map { _ in answer })])
                }
            ]
        }

        private static let plan: JSONValue = [
            "version": 1, "id": "d", "action": "employee.view", "tenant": RunningEngine.tenant.wire,
            "rows": ["op": "all"],
            "scope": "all", "rules": [], "revision": "r", "classes": [],
        ]

        static let all: [Answerer] = [
            Answerer(testDescription: "nobody", isAbsent: true),
            Answerer(testDescription: "somebody slow", delay: .seconds(3)),
            Answerer(testDescription: "a stranger", isStranger: true),
            Answerer(testDescription: "an empty object"),
            Answerer(testDescription: "no answers", whole: [:]),
            Answerer(testDescription: "another number of answers", whole: ["answers": []]),
            Answerer(testDescription: "an answer that is none", whole: ["answers": [[]]]),
            Answerer(testDescription: "an answer without a body", whole: ["answers": [["status": 200]]]),
            Answerer(
                testDescription: "a status that is none", whole: ["answers": [["status": 1, "body": plan]]]),
            Answerer(testDescription: "an array", body: []),
            Answerer(testDescription: "an error", body: ["title": "x"], replyStatus: 500),
            Answerer(testDescription: "a refusal", replyStatus: 403),
            Answerer(testDescription: "a yes without context", body: ["decision": true]),
            Answerer(testDescription: "an unknown version", body: plan.setting("version", to: 2)),
            Answerer(testDescription: "an unknown filter", body: plan.setting("rows", to: ["op": "most"])),
            Answerer(testDescription: "a plan for another action", body: plan.setting("action", to: "employee.delete")),
            Answerer(
                testDescription: "a plan for another tenant", body: plan.setting("tenant", to: UUIDv7.generate().wire)),
            Answerer(testDescription: "a plan without an id", body: plan.setting("id", to: nil)),
            Answerer(testDescription: "a simulated plan", body: plan.setting("simulated", to: true)),
            Answerer(testDescription: "a plan with more members", body: plan.setting("sql", to: "1=1")),
            Answerer(
                testDescription: "a revoked user", body: ["type": "urn:bailiwick:problem:token-revoked"],
                replyStatus: 401, status: 401),
        ]
    }
}

extension RunningEngine {
    /// For its users and calls only: nothing runs.
    static func unreached(_ identities: ServiceIdentities) -> RunningEngine {
        RunningEngine(identities: identities, policies: "", database: nil, publicURL: "", internalURL: "")
    }
}
