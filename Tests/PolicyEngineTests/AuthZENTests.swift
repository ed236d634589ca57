import PolicyCore
import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import PolicyEngine

/// The shapes of OpenID AuthZEN Authorization API 1.0.
@Suite("AuthZEN")
struct AuthZENTests {
    @Test("an answer has a decision with its id, scope, rule, revision, obligations and fields")
    func answer() async throws {
        try await withEngine { engine in
            let employee = UUIDv7.generate()
            let user = engine.user(roles: ["employee"], employee: employee)
            var own = FactRulesTests.question.setting("subject.id", to: user.subject.wire)
            own = own.setting("resource.id", to: employee.wire)
            let allowed = try await engine.ask("/access/v1/evaluation", own, as: user)
            let context = allowed.body["context"]
            #expect(allowed.status == 200)
            #expect(Set(allowed.body.object.map { Array($0.keys) } ?? []) == ["decision", "context"])
            #expect(allowed.body["decision"] == true)
            #expect(UUIDv7(context?["id"]?.string ?? "") != nil)
            #expect(context?["scope"] == "self")
            #expect(context?["rule"] == "employee/own-record")
            #expect(context?["revision"]?.string?.count == 64)
            #expect(context?["obligations"] == [])
            #expect(context?["fields"]?["pay"]?["read"] == true)
            #expect(context?["fields"]?["pay"]?["write"] == false)

            let denied = try await engine.ask(
                "/access/v1/evaluation", own.setting("action.name", to: "employee.terminate"), as: user)
            #expect(denied.status == 200)
            #expect(denied.body["decision"] == false)
            #expect(denied.body["context"]?["reason"] == "no-grant")
            #expect(UUIDv7(denied.body["context"]?["id"]?.string ?? "") != nil)
        }
    }

    @Test("whatever needs a field mask that the caller does not have is denied")
    func capabilities() async throws {
        try await withEngine { engine in
            let employee = UUIDv7.generate()
            let user = engine.user(roles: ["employee"], employee: employee)
            let own = FactRulesTests.question.setting("subject.id", to: user.subject.wire)
                .setting("resource.id", to: employee.wire).setting("context", to: nil)
            let answer = try await engine.ask("/access/v1/evaluation", own, as: user)
            #expect(answer.body["decision"] == false)
            #expect(answer.body["context"]?["reason"] == "unenforced")
            #expect(answer.body["context"]?["needs"] == ["field_mask:withhold"])
            let plan = try await engine.ask("/v1/plan", own.setting("resource", to: ["type": "employee"]), as: user)
            #expect(plan.status == 400)
        }
    }

    @Test("a malformed request gets 400 and a plain message")
    func malformed() async throws {
        let good = FactRulesTests.question.setting("resource.properties", to: nil)
        let changes: [(String, JSONValue?)] = [
            ("subject", nil), ("subject", "me"), ("subject.type", nil), ("subject.id", nil), ("subject.id", 7),
            ("subject.type", ""), ("subject.properties", []), ("action", nil), ("action", "view"), ("action.name", nil),
            ("action.name", [:]), ("action.properties", 1), ("resource", nil), ("resource", []), ("resource.type", nil),
            ("resource.id", nil), ("resource.id", .string(String(repeating: "i", count: 513))),
            ("resource.properties", "none"), ("context", []),
        ]
        var bodies = changes.map { good.setting($0.0, to: $0.1).bytes() }
        bodies += [
            "", "null", "[]", "\"x\"", "{", "{}{}", #"{"subject":{"type":"member","id":"x"},"subject":{}}"#,
            "{\"a\":\u{1}}",
        ].map { Array($0.utf8) }
        bodies += [Array(#"{"a":"\u0000"}"#.utf8), [0x7B, 0xFF, 0x7D], Array(String(repeating: "[", count: 500).utf8)]
        try await withEngine { engine in
            let user = engine.user(roles: ["owner"], member: FactRulesTests.member)
            for body in bodies {
                let answer = try await engine.askPublicly(body, bearer: user.compact.reveal())
                #expect(answer.status == 400, "\(String(decoding: body, as: UTF8.self)): \(answer.text)")
                #expect(!answer.text.isEmpty)
                #expect(answer.body.object == nil, "a message, not a document: \(answer.text)")
            }
            let large = Array(repeating: UInt8(ascii: " "), count: 70_000)
            #expect(try await engine.askPublicly(large, bearer: user.compact.reveal()).status == 413)
            #expect(
                try await engine.askPublicly(good.bytes(), bearer: user.compact.reveal(), contentType: "text/plain")
                    .status
                    == 415)
        }
    }

    @Test("unknown fields are ignored, the request id is echoed, and nobody asks without a token")
    func transport() async throws {
        try await withEngine { engine in
            let user = engine.user(roles: ["employee"], member: FactRulesTests.member)
            let question = FactRulesTests.question.setting("resource.properties", to: nil)
                .setting("extra", to: ["anything": 1]).setting("subject.extra", to: true)
                .setting("context.weather", to: "fine")
            let answer = try await engine.askPublicly(
                question.bytes(), bearer: user.compact.reveal(), requestID: "bfe9eb29-ab87-4ca3-be83-a1d5d8305716")
            #expect(answer.status == 200)
            #expect(answer.requestID == "bfe9eb29-ab87-4ca3-be83-a1d5d8305716")
            #expect(try await engine.askPublicly(question.bytes(), bearer: nil).status == 401)
            #expect(try await engine.askPublicly(question.bytes(), bearer: "a.b.c").status == 401)
            for path in ["/v1/plan", "/access/v1/evaluations", "/internal/v1/bundle"] {
                #expect(
                    try await engine.askPublicly(question.bytes(), bearer: user.compact.reveal(), path: path).status
                        == 404)
            }
        }
    }

    @Test("a batch takes defaults, keeps order and stops where its semantic says")
    func batch() async throws {
        try await withEngine { engine in
            let employee = UUIDv7.generate()
            let user = engine.user(roles: ["employee"], employee: employee)
            let tenant = RunningEngine.tenant.wire
            func resource(_ id: UUIDv7) -> JSONValue {
                ["resource": ["type": "employee", "id": id.wire, "properties": ["tenant": tenant]]]
            }
            let (yes, no) = (resource(employee), resource(.generate()))
            let defaults = FactRulesTests.question.setting("subject.id", to: user.subject.wire).setting(
                "resource", to: nil)
            func decisions(_ items: [JSONValue], _ semantic: String?) async throws -> [Bool?] {
                var body = defaults.setting("evaluations", to: .array(items))
                if let semantic { body = body.setting("options.evaluations_semantic", to: .string(semantic)) }
                let answer = try await engine.ask("/access/v1/evaluations", body, as: user)
                #expect(answer.status == 200, "\(answer.text)")
                return (answer.body["evaluations"]?.array ?? []).map { $0["decision"]?.bool }
            }
            let rows: [(items: [JSONValue], semantic: String?, expected: [Bool?])] = [
                ([yes, no, yes], nil, [true, false, true]), ([yes, no, yes], "execute_all", [true, false, true]),
                ([yes, no, yes], "deny_on_first_deny", [true, false]),
                ([no, yes, no], "permit_on_first_permit", [false, true]), (["junk", yes], nil, [false, true]),
                // An item's key replaces the whole default: this context no longer lists `withhold`.
                ([yes.setting("context", to: [:])], nil, [false]),
            ]
            for row in rows {
                let given = try await decisions(row.items, row.semantic)
                #expect(given == row.expected, "\(row.semantic ?? "default")")
            }

            for bad: JSONValue in [
                defaults.setting("evaluations", to: "all"),
                defaults.setting("evaluations", to: [yes]).setting("options", to: 1),
                defaults.setting("evaluations", to: [yes]).setting("options.evaluations_semantic", to: "best_effort"),
                defaults.setting("evaluations", to: .array(Array(repeating: yes, count: 1001))), "batch", defaults,
            ] {
                #expect(try await engine.ask("/access/v1/evaluations", bad, as: user).status == 400)
            }
            // Without items it is one evaluation.
            let single = defaults.setting("resource", to: yes["resource"]).setting("evaluations", to: [])
            #expect(try await engine.ask("/access/v1/evaluations", single, as: user).body["decision"] == true)
            let many = defaults.setting("evaluations", to: .array(Array(repeating: yes, count: 1000)))
            let answer = try await engine.ask("/access/v1/evaluations", many, as: user)
            #expect(answer.status == 200, "\(answer.text.prefix(300))")
            #expect(answer.body["evaluations"]?.array?.count == 1000)
        }
    }
}
