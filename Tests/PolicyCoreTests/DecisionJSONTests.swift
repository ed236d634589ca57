import PolicyCore
import Testing
import WireFormat

/// The path from JSON to JSON says what the path over values says.
@Suite struct DecisionJSONTests {
    static let grants = """
          - {id: own, roles: [employee], actions: [view], scope: self}
          - {id: below, roles: [manager], actions: [view], scope: sub}
          - {id: german, roles: [hr], actions: ["*"], scope: all, when: resource.country == "DE"}
        """
    static let fields = """
          basic: {fields: [id, country], read: [{roles: [employee, hr], scope: all}]}
          pay: {fields: [salary], sensitive: true, read: [{roles: [hr], scope: all}], write: [{roles: [hr], scope: all}]}
        """

    static func request(
        roles: String = #"["manager"]"#, action: String = "employee.view", chain: String = #"["ann"]"#
    ) -> String {
        """
        {"subject": {"type": "member", "id": "m", "properties":
            {"tenant": "acme", "roles": \(roles), "employee_id": "ann", "amr": ["pwd"], "other": 1}},
         "action": {"name": "\(action)"},
         "resource": {"type": "employee", "id": "ben", "properties":
            {"tenant": "acme", "manager_chain": \(chain), "country": "DE", "level": 3, "remote": true}},
         "context": {"time": "2026-03-01T09:00:00Z", "ip": "10.0.0.1"}, "evaluations": []}
        """
    }

    @Test(arguments: [
        request(), request(roles: #"["hr"]"#, action: "employee.create"), request(roles: "[]"), request(chain: "null"),
        request(roles: #"["hr", "employee"]"#), request(action: "employee.nothing"),
    ])
    func bothWaysAnswerTheSame(_ json: String) throws {
        let bundle = try Fixtures.bundle(grants: Self.grants, fields: Self.fields)
        let bytes = Array(json.utf8)
        let answer = try bundle.answer(json: bytes)
        let decision = bundle.check(try DecisionRequest(json: bytes))
        #expect(String(decoding: answer, as: UTF8.self) == decision.wire.text)
        #expect(try Decision(wire: JSONValue.parse(answer)).isAllowed == decision.isAllowed)
    }

    @Test func theFactsAreReadWhole() throws {
        let request = try DecisionRequest(json: Array(Self.request().utf8))
        #expect(
            request.subject
                == Subject(
                    tenant: "acme", id: "m", roles: ["manager"], employeeID: "ann", amr: ["pwd"]))
        #expect(request.resource.managerChain == ["ann"])
        #expect(request.resource.attributes == ["country": "DE", "level": 3, "remote": true])
        #expect(request.context.time == Instant(rfc3339: "2026-03-01T09:00:00Z"))
    }

    @Test(arguments: [
        ("{}", ""), ("[]", ""), (#"{"subject": 1}"#, "/subject"),
        (#"{"subject": {"id": "a", "id": "b"}}"#, "/subject/id"),
        (#"{"subject": {"id": "a", "properties": {"roles": "x"}}}"#, "/subject/properties/roles"),
        (#"{"resource": {"type": "t", "properties": {"manager_chain": [1]}}}"#, "/resource/properties/manager_chain"),
        (#"{"context": {"approvals": [{"approver": "a", "action": "b"}]}}"#, "/context/approvals/0"),
        (#"{"context": {"emergency": {"reason": "r", "since": "2026-03-01T09:00:00Z"}}}"#, "/context/emergency"),
        (#"{"context": {"time": "noon"}}"#, "/context/time"), (#"{"subject": "#, "/subject"),
    ])
    func whatIsNoRequestIsToldWithItsPlace(_ json: String, _ pointer: String) throws {
        let error = #expect(throws: JSONParseError.self) { try DecisionRequest(json: Array(json.utf8)) }
        #expect(error?.pointer == pointer)
    }

    @Test func approvalsAndEmergenciesAreFacts() throws {
        let json = """
            {"subject": {"id": "m", "properties": {"roles": null, "act": null, "amr": null}}, "action": {"name": "a.b"},
             "resource": {"type": "a", "id": null, "properties": null}, "context": {
                "approvals": [{"approver": "p", "roles": ["hr"], "action": "a.b", "resource_id": "r",
                    "time": "2026-03-01T09:00:00Z"}, {"approver": "q", "action": "a.b", "time": "2026-03-01T09:00:00Z"}],
                "emergency": {"reason": "why", "since": "2026-03-01T08:00:00Z", "until": "2026-03-01T10:00:00Z"}}}
            """
        let request = try DecisionRequest(json: Array(json.utf8))
        let nine = try #require(Instant(rfc3339: "2026-03-01T09:00:00Z"))
        #expect(
            request.context.approvals == [
                Approval(approver: "p", roles: ["hr"], action: "a.b", resourceID: "r", time: nine),
                Approval(approver: "q", roles: [], action: "a.b", resourceID: nil, time: nine),
            ])
        #expect(
            request.context.emergency
                == Emergency(
                    reason: "why", since: nine.adding(.seconds(-3600)), until: nine.adding(.seconds(3600))))
        #expect(try DecisionRequest(json: request.wire.bytes()) == request)
    }

    @Test func whatIsWrittenIsReadBack() throws {
        var request = try DecisionRequest(json: Array(Self.request().utf8))
        request.subject.act = [Subject.Hop(id: "h", roles: ["hr"])]
        request.subject.authTime = request.context.time
        request.resource.subjectID = "s"
        request.context.reason = "why"
        request.context.requestID = "q"
        #expect(try DecisionRequest(json: request.wire.bytes()) == request)
    }
}
