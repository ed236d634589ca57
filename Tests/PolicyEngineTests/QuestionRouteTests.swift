import PolicyClient
import ServiceKit
import TestSupport
import Testing
import WireFormat

@testable import PolicyEngine

@Suite("several questions in one call")
struct QuestionRouteTests {
    private static let path = "/internal/v1/questions"

    private static func question(
        _ kind: String, as place: Int, _ body: JSONValue, id: RequestID = .generate()
    ) -> JSONValue {
        ["as": .integer(Int64(place)), "body": body, "kind": .string(kind), "request_id": .string(id.text)]
    }

    private static func evaluation(_ user: AccessToken, _ properties: JSONValue = [:]) -> JSONValue {
        [
            "subject": ["type": "member", "id": user.subject.wire], "action": ["name": "employee.view"],
            "resource": ["type": "employee", "id": .string(user.employeeID?.text ?? ""), "properties": properties],
            "context": ["capabilities": ["field_masks": ["withhold"]]],
        ]
    }

    private static let plan: JSONValue = [
        "action": ["name": "employee.view"], "resource": ["type": "employee"],
        "context": ["capabilities": ["field_masks": ["withhold"]]],
    ]

    private static func ask(
        _ engine: RunningEngine, _ questions: [JSONValue], _ tokens: [String], from service: ServiceName = .hr
    ) async throws -> ServiceReply {
        try await engine.client(service).send(
            .post, path, body: ["questions": .array(questions), "tokens": JSONValue(tokens)], requestID: .generate(),
            deadline: .seconds(5))
    }

    @Test("each is answered as its own route answers it, for its own user")
    func asAlone() async throws {
        try await withEngine { engine in
            let users = [
                engine.user(roles: ["employee"], employee: .generate()), engine.user(roles: ["hr_lead"]),
                engine.user(roles: [], employee: .generate()),
            ]
            let tokens = users.map { $0.compact.reveal() }
            var questions: [JSONValue] = []
            var alone: [JSONValue] = []
            for (place, user) in users.enumerated() {
                for (kind, path, body) in [
                    ("plan", "/v1/plan", Self.plan), ("evaluation", "/access/v1/evaluation", Self.evaluation(user)),
                ] {
                    questions.append(Self.question(kind, as: place, body))
                    alone.append(try await engine.ask(path, body, as: user).body)
                }
            }
            // Not in the order of the tokens, and not one of each.
            questions.reverse()
            alone.reverse()
            let answers = try await Self.ask(engine, questions, tokens).json()["answers"]?.array
            #expect(answers?.count == questions.count)
            for (answer, single) in zip(answers ?? [], alone) {
                // A plan or decision with an empty resource id is refused alone, with a plain message.
                #expect(answer["status"] == (single.isNull ? 400 : 200))
                if !single.isNull { #expect(Self.withoutID(answer["body"]) == Self.withoutID(single)) }
            }
        }
    }

    private static func withoutID(_ answer: JSONValue?) -> JSONValue? {
        guard let answer else { return nil }
        if let context = answer["context"] { return answer.setting("context", to: context.setting("id", to: nil)) }
        return answer.setting("id", to: nil)
    }

    @Test("a token that does not verify and a fact that may not be stated spoil only their own question")
    func apart() async throws {
        try await withEngine { engine in
            let good = engine.user(roles: ["hr_lead"], employee: .generate())
            let other = engine.user(roles: ["owner"], employee: .generate())
            let id = RequestID.generate()
            let reply = try await Self.ask(
                engine,
                [
                    Self.question("plan", as: 0, Self.plan), Self.question("plan", as: 1, Self.plan, id: id),
                    // The owner's id with the HR lead's token.
                    Self.question("evaluation", as: 0, Self.evaluation(other)),
                    Self.question("evaluation", as: 0, []), Self.question("plan", as: 0, Self.plan),
                    Self.question(
                        "plan", as: 0, Self.plan.setting("context", to: ["request_id": "another"]), id: id),
                ], [good.compact.reveal(), "e30.e30.AAAA"])
            let answers = try #require(try reply.json()["answers"]?.array)
            #expect(answers.map { $0["status"] } == [200, 401, 403, 400, 200, 400])
            #expect(answers[1]["body"]?["request_id"]?.string == id.text)
            #expect(answers[1]["body"]?["type"]?.string?.hasSuffix("invalid-token") == true)
        }
    }

    @Test(
        "a group that is not one is refused whole",
        arguments: [
            [], "x", ["questions": [], "tokens": []], ["questions": [[]], "tokens": []],
            ["questions": [["as": 0, "body": [:], "kind": "plan", "request_id": "a"]], "tokens": []],
            ["questions": [["as": 0, "body": [:], "kind": "plan", "request_id": "a"]], "tokens": [1]],
            ["questions": [["as": -1, "body": [:], "kind": "plan", "request_id": "a"]], "tokens": ["x"]],
            ["questions": [["as": 1, "body": [:], "kind": "plan", "request_id": "a"]], "tokens": ["x"]],
            ["questions": [["as": 0, "body": [:], "kind": "search", "request_id": "a"]], "tokens": ["x"]],
            ["questions": [["as": 0, "body": [:], "kind": "plan", "request_id": "a b"]], "tokens": ["x"]],
            ["questions": [["as": 0, "kind": "plan", "request_id": "a"]], "tokens": ["x"]],
            ["questions": [["as": 0, "body": [:], "kind": "plan", "request_id": "a", "x": 1]], "tokens": ["x"]],
            ["questions": [["as": 0, "body": [:], "kind": "plan", "request_id": "a"]], "tokens": ["x", "y"]],
            ["questions": [["as": 0, "body": [:], "kind": "plan", "request_id": "a"]], "tokens": ["x"], "more": 1],
        ] as [JSONValue])
    func malformed(body: JSONValue) throws {
        #expect(throws: Refusal.self) { try QuestionGroup(body) }
    }

    @Test("65 questions are too many, and only enforcement points may ask")
    func bounds() async throws {
        let one: JSONValue = ["as": 0, "body": [:], "kind": "plan", "request_id": "a"]
        for (count, isRefused) in [(64, false), (65, true)] {
            let body: JSONValue = ["questions": .array(Array(repeating: one, count: count)), "tokens": ["x"]]
            #expect(((try? QuestionGroup(body)) == nil) == isRefused)
        }
        try await withEngine { engine in
            let token = engine.user(roles: ["owner"]).compact.reveal()
            for (service, status) in [(ServiceName.hr, 200), (.auth, 200), (.audit, 200), (.operator, 403)] {
                let reply = try await Self.ask(
                    engine, [Self.question("plan", as: 0, Self.plan)], [token], from: service)
                #expect(reply.status.code == status)
            }
        }
    }
}
