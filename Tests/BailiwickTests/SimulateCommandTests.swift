import Testing
import WireFormat

@testable import Bailiwick

@Suite("bailiwick auth simulate")
struct SimulateCommandTests {
    @Test("a line for each member who would be locked out, and one that sums up")
    func table() {
        let report: JSONValue = [
            "checked": 4, "locked_out": 2, "is_complete": true,
            "members": [
                [
                    "id": "1", "email": "ada@example.org", "roles": ["analyst", "employee"],
                    "reasons": ["phishing-resistant-factor-required"],
                ],
                ["id": "0199", "email": nil, "roles": ["viewer"], "reasons": ["address-not-allowed"]],
            ],
        ]
        #expect(
            SimulateCommand.table(report) == """
                MEMBER           ROLES             REASONS
                ada@example.org  analyst employee  phishing-resistant-factor-required
                0199             viewer            address-not-allowed
                2 of 4 members would be locked out
                """)
        #expect(
            SimulateCommand.table(["checked": 4, "locked_out": 0, "is_complete": true, "members": []])
                == "0 of 4 members would be locked out")
    }

    @Test("more than are named is said")
    func truncated() {
        let report: JSONValue = [
            "checked": 900, "locked_out": 700, "is_complete": false,
            "members": [
                ["id": "1", "email": "a@example.org", "roles": ["viewer"], "reasons": ["address-not-allowed"]]
            ],
        ]
        #expect(
            SimulateCommand.table(report)
                .hasSuffix("700 of 900 members would be locked out, of whom the first 1 are named"))
    }
}
