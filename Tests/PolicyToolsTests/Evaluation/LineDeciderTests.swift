import PolicyTools
import Testing
import WireFormat

@Suite struct LineDeciderTests {
    private let subject = """
        {"type":"member","id":"m","properties":{"tenant":"t","roles":["hr_lead"],"employee_id":"e","amr":["otp"],\
        "auth_time":"2026-03-01T08:50:00Z","act":[{"id":"h","roles":["hr_lead"]}]}}
        """

    private func answer(_ line: String) throws -> JSONValue {
        LineDecider(bundle: try FixturePolicies.bundle()).answer(line)
    }

    @Test func aRequestGetsTheDecisionOfTheEngine() throws {
        let line = """
            {"subject":\(subject),"action":{"name":"leave.export"},"resource":{"type":"leave","id":"1","properties":\
            {"tenant":"t","person":"x","manager_chain":[]}},"context":{"time":"2026-03-01T09:00:00Z"},"unknown":1}
            """
        let answer = try answer(line)
        #expect(answer["decision"] == true)
        #expect(answer["context"]?["rule"] == "leave/all")
        let late = try self.answer(line.replacing("09:00:00Z", with: "10:00:00Z"))
        #expect(late["decision"] == false)
        #expect(late["context"]?["reason"] == "obligation:leave/fresh")
    }

    @Test(arguments: [
        ("[]", "must be an object at byte 0"),
        (
            #"{"action":{"name":"leave.view"},"resource":{"type":"leave"}}"#,
            "`subject`, `action` with a `name` and `resource` are needed at byte 60"
        ),
        (
            #"{"subject":{"id":"a","properties":{"roles":"x"}},"action":{"name":"leave.view"},"resource":{"type":"leave"}}"#,
            "must be an array at byte 43 in /subject/properties/roles"
        ),
        (
            #"{"subject":{"id":"a"},"action":{"name":"leave.view"},"resource":{"type":"leave"},"context":{"time":"now"}}"#,
            "must be an RFC 3339 instant at byte 104 in /context/time"
        ),
    ])
    func whatIsNoRequestIsAnError(_ line: String, _ error: String) throws {
        #expect(try answer(line) == ["error": .string(error)])
    }
}
