import PolicyCore
import ServiceKit
import Testing
import WireFormat

@testable import PolicyEngine

/// Who may state which fact (contract §3): every line is tried with more than it allows.
@Suite("facts come from whom they may come")
struct FactRulesTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Replaces members of the good request; dotted path, nil removes.
        let change: (path: String, value: JSONValue?)
        var caller: ServiceName = .hr
        var roles: [String] = ["employee"]
        let status: Int
        var message = ""
    }

    static let member = UUIDv7.generate()
    static let employee = UUIDv7.generate()

    /// A time relative to the moment at which a case is tried.
    private static func seconds(_ offset: Int64) -> JSONValue { .integer(offset) }

    static let cases: [Case] = [
        // The subject comes from the token; repeating is fine.
        Case(testDescription: "nothing changed", change: ("x", 1), status: 200),
        Case(
            testDescription: "tenant repeated", change: ("subject.properties.tenant", RunningEngine.tenant.wire),
            status: 200),
        Case(testDescription: "roles repeated", change: ("subject.properties.roles", ["employee"]), status: 200),
        Case(
            testDescription: "amr repeated in another order", change: ("subject.properties.amr", ["otp", "pwd"]),
            status: 200),
        Case(testDescription: "no act repeated", change: ("subject.properties.act", nil), status: 200),
        Case(
            testDescription: "another tenant", change: ("subject.properties.tenant", UUIDv7.generate().wire),
            status: 400, message: "subject.properties.tenant"),
        Case(
            testDescription: "more roles", change: ("subject.properties.roles", ["employee", "owner"]), status: 400,
            message: "roles"),
        Case(
            testDescription: "roles as text", change: ("subject.properties.roles", "owner"), status: 400,
            message: "roles"),
        Case(
            testDescription: "another employee", change: ("subject.properties.employee_id", UUIDv7.generate().wire),
            status: 400, message: "employee_id"),
        Case(
            testDescription: "a better sign-in", change: ("subject.properties.amr", ["hwk"]), status: 400,
            message: "amr"),
        Case(
            testDescription: "a later sign-in", change: ("subject.properties.auth_time", "2030-01-01T00:00:00Z"),
            status: 400, message: "auth_time"),
        Case(
            testDescription: "acting for somebody", change: ("subject.properties.act", ["sub": "x"]), status: 400,
            message: "act"),
        Case(
            testDescription: "another subject", change: ("subject.id", UUIDv7.generate().wire), status: 403,
            message: "policy.query"),
        Case(
            testDescription: "another type of subject", change: ("subject.type", "group"), status: 403,
            message: "policy.query"),
        Case(
            testDescription: "another subject, by an administrator", change: ("subject.id", UUIDv7.generate().wire),
            roles: ["admin"], status: 400, message: "directory"),
        // The owner of the type states the resource's properties, and nobody else.
        Case(
            testDescription: "properties from a service that does not own the type", change: ("x", 1), caller: .auth,
            status: 403, message: "owns"),
        Case(
            testDescription: "properties from the audit service", change: ("x", 1), caller: .audit, status: 403,
            message: "owns"),
        Case(
            testDescription: "properties of a type that nobody owns", change: ("resource.type", "spaceship"),
            status: 403, message: "owns"),
        Case(
            testDescription: "no properties from a service that does not own the type",
            change: ("resource.properties", nil), caller: .auth, status: 200),
        Case(
            testDescription: "a manager chain that is none", change: ("resource.properties.manager_chain", "boss"),
            status: 400, message: "manager_chain"),
        Case(
            testDescription: "an endless manager chain",
            change: ("resource.properties.manager_chain", JSONValue(Array(repeating: "a", count: 65))), status: 400,
            message: "manager_chain"),
        Case(
            testDescription: "a tenant that is a number", change: ("resource.properties.tenant", 1), status: 400,
            message: "tenant"),
        // The clock is ours.
        Case(
            testDescription: "four seconds ago", change: ("context.time", seconds(-4)),
            status: 200),
        Case(
            testDescription: "an hour ago", change: ("context.time", seconds(-3600)),
            status: 400, message: "policy.simulate"),
        Case(
            testDescription: "tomorrow", change: ("context.time", seconds(86_400)),
            status: 400, message: "policy.simulate"),
        Case(testDescription: "no time", change: ("context.time", "now"), status: 400, message: "context.time"),
        Case(testDescription: "an address", change: ("context.ip", 1), status: 400, message: "context.ip"),
        Case(
            testDescription: "another request", change: ("context.request_id", "somebody-elses"), status: 400,
            message: "request_id"),
        Case(
            testDescription: "capabilities in no form", change: ("context.capabilities", ["withhold"]), status: 400,
            message: "capabilities"),
        Case(
            testDescription: "obligations in no form", change: ("context.capabilities.obligations", [1]), status: 400,
            message: "obligations"),
    ]

    @Test("each fact is tried by each route of an enforcement point")
    func matrix() async throws {
        try await withEngine { engine in
            for item in Self.cases {
                let user = engine.user(roles: item.roles, member: Self.member, employee: Self.employee)
                var value = item.change.value
                if item.change.path == "context.time", let offset = value?.integer {
                    value = Instant.now().adding(.seconds(offset)).wire
                }
                let question = Self.question.setting(item.change.path, to: value)
                let single = try await engine.ask("/access/v1/evaluation", question, as: user, from: item.caller)
                #expect(single.status == item.status, "\(item.testDescription): \(single.text)")
                if item.status != 200 {
                    #expect(single.text.contains(item.message), "\(item.testDescription): \(single.text)")
                }

                let batch = try await engine.ask(
                    "/access/v1/evaluations", ["evaluations": [question]], as: user, from: item.caller)
                #expect(batch.status == 200, "a bad item is a deny, not an error of the batch")
                let answer = batch.body["evaluations"]?.array?.first
                if item.status != 200 {
                    #expect(answer?["decision"] == false, "\(item.testDescription)")
                    #expect(
                        answer?["context"]?["error"]?["status"]?.integer == Int64(item.status),
                        "\(item.testDescription)")
                }

                guard !item.change.path.hasPrefix("resource"), item.caller == .hr else { continue }
                let plan = question.setting("resource", to: ["type": "employee"])
                let planned = try await engine.ask("/v1/plan", plan, as: user, from: item.caller)
                #expect(planned.status == item.status, "plan, \(item.testDescription): \(planned.text)")
            }
        }
    }

    @Test("with `policy.simulate` another time is answered, marked, and of no use to an enforcement point")
    func simulation() async throws {
        try await withEngine { engine in
            let owner = engine.user(roles: ["owner"], member: Self.member, employee: Self.employee)
            let hourAgo = Instant.now().adding(.seconds(-3600)).wire
            let answer = try await engine.ask(
                "/access/v1/evaluation", Self.question.setting("context.time", to: hourAgo), as: owner)
            #expect(answer.status == 200)
            #expect(answer.body["decision"] == true)
            #expect(answer.body["context"]?["simulated"] == true)
        }
    }

    @Test("on the public listener nobody states properties, another address or another subject")
    func publicly() async throws {
        try await withEngine { engine in
            let user = engine.user(roles: ["owner"], member: Self.member, employee: Self.employee)
            let bare = Self.question.setting("resource.properties", to: nil).setting("context.ip", to: "127.0.0.1")
            let rows: [(JSONValue, Int)] = [
                (bare, 200), (Self.question, 403), (bare.setting("context.ip", to: "192.0.2.1"), 400),
                (bare.setting("subject.id", to: UUIDv7.generate().wire), 400),
                (bare.setting("resource.properties", to: ["tenant": RunningEngine.tenant.wire]), 403),
            ]
            for (question, status) in rows {
                let answer = try await engine.askPublicly(question.bytes(), bearer: user.compact.reveal())
                #expect(answer.status == status, "\(answer.text)")
            }
            // The token itself proves whose record this is.
            let own = try await engine.askPublicly(
                bare.setting("resource.id", to: Self.employee.wire).bytes(), bearer: user.compact.reveal())
            #expect(own.body["decision"] == true)
            // Of any other nothing is known, its tenant least of all.
            let other = try await engine.askPublicly(bare.bytes(), bearer: user.compact.reveal())
            #expect(other.body["decision"] == false)
            #expect(other.body["context"]?["reason"] == "tenant-mismatch")
        }
    }

    @Test("a body's own claim of an approval or an emergency counts for nothing")
    func claims() async throws {
        try await withEngine { engine in
            let user = engine.user(roles: ["hr_lead"], member: Self.member, employee: Self.employee)
            let now = Instant.now().wire
            let record = UUIDv7.generate().wire
            let claims: JSONValue = [
                "capabilities": ["obligations": ["approval", "notify"], "field_masks": ["withhold"]],
                "approvals": [
                    [
                        "approver": UUIDv7.generate().wire, "roles": ["hr_lead", "admin"], "action": "document.delete",
                        "resource_id": record, "time": now,
                    ]
                ],
                "emergency": ["reason": "fire", "since": now, "until": Instant.now().adding(.seconds(600)).wire],
            ]
            let question = Self.question.setting("action.name", to: "document.delete")
                .setting("resource.type", to: "document").setting("resource.id", to: record)
                .setting("resource.properties.legal_hold", to: false)
                .setting("resource.properties.keep_until", to: "2000-01-01")
                .setting("resource.properties.subject_id", to: UUIDv7.generate().wire)
                .setting("context", to: claims)
            let answer = try await engine.ask("/access/v1/evaluation", question, as: user)
            #expect(answer.body["decision"] == false, "\(answer.text)")
            #expect(answer.body["context"]?["reason"] == "obligation:document/second-person", "\(answer.text)")
        }
    }

    static let question: JSONValue = [
        "subject": ["type": "member", "id": member.wire, "properties": [:]],
        "action": ["name": "employee.view"],
        "resource": [
            "type": "employee", "id": .string(UUIDv7.generate().text),
            "properties": ["tenant": RunningEngine.tenant.wire, "manager_chain": []],
        ],
        "context": ["capabilities": ["obligations": [], "field_masks": ["withhold"]]],
    ]
}

extension JSONValue {
    /// The value with the member at a dotted path replaced, or removed.
    func setting(_ path: String, to value: JSONValue?) -> JSONValue {
        guard let dot = path.firstIndex(of: ".") else {
            var members = object ?? [:]
            members[path] = value
            return .object(members)
        }
        let (head, rest) = (String(path[..<dot]), String(path[path.index(after: dot)...]))
        var members = object ?? [:]
        members[head] = (members[head] ?? [:]).setting(rest, to: value)
        return .object(members)
    }
}
