import MarkedYAML
import PolicyCore
import PolicyTools
import Testing
import WireFormat

/// What lint warns of, and how it shows it.
struct LintTests {
    private static let roles = """
        roles:
          employee: {}
          manager: {inherits: [employee]}
          viewer: {}
          hr: {}
          capped: {ceiling: {claim.view: all}}
        """

    private static func files(
        grants: String, denials: String = "", fields: String = "", overlay: String? = nil
    ) -> [PolicyFile] {
        let module = """
            module: claim
            owner: hr
            about: employee_id
            attributes: {employee_id: employee, amount: integer, state: {type: enum, values: [open, paid]}}
            actions: {view: {}, approve: {}, pay_out: {}, create: {}}
            grants:
              - {id: base, roles: [hr], actions: [view, approve, pay_out, create], scope: all}
              - {id: seen, roles: [employee, viewer, capped], actions: [view], scope: self}
            \(grants)
            denials:
              - {id: unused, roles: [viewer], actions: [approve], when: resource.amount > 1, reason: no}
            \(denials)
            fields:
              basic:
                fields: [employee_id, amount, state]
                read:
                  - {roles: [employee, hr], scope: all}
            \(fields)
            """
        var files = [PolicyFile(path: "roles.yaml", text: roles), PolicyFile(path: "claim.yaml", text: module)]
        if let overlay { files.append(PolicyFile(path: "overlay.yaml", text: overlay)) }
        return files
    }

    static let cases: [(grants: String, denials: String, fields: String, found: [String])] = [
        ("", "", "", []),
        (
            "  - {id: a, roles: [viewer], actions: [view], scope: all, when: 1 > 2}", "", "",
            ["unreachable-rule claim.yaml:9:65 condition `1 > 2` of `claim/a` is never true"]
        ),
        (
            "  - {id: a, roles: [viewer], actions: [view], scope: all, when: 1 < 2}", "", "",
            ["constant-condition claim.yaml:9:65 condition `1 < 2` of `claim/a` is always true"]
        ),
        (
            "  - {id: a, roles: [capped], actions: [create], scope: all}", "", "",
            ["unreachable-rule claim.yaml:9:5 the ceilings of `capped` leave nothing of `claim/a`"]
        ),
        (
            "  - {id: a, roles: [manager], actions: [approve, create], scope: sub}",
            "  - {id: x, roles: [employee], actions: [approve], reason: no}\n  - {id: y, roles: [manager], actions: [create], reason: no}",
            "",
            ["always-denied claim.yaml:9:5 `claim/a` is always beaten by denials `claim/x` and `claim/y`"]
        ),
        (
            "", "  - {id: x, roles: [viewer], actions: [approve], scope: sub, when: resource.amount > 1, reason: no}",
            "",
            ["unreachable-rule claim.yaml:11:5 `claim/x` refuses nothing that `claim/unused` does not"]
        ),
        (
            "", "", "      - {roles: [manager], scope: sub}",
            ["unreachable-rule claim.yaml:16:9 `claim/basic/read[1]` opens nothing that `claim/basic/read[0]` does not"]
        ),
        (
            "  - {id: a, roles: [manager], actions: [\"*\"], scope: sub}", "", "",
            ["sensitive-wildcard claim.yaml:9:41 `*` grants `approve` and `pay_out` as well"]
        ),
        (
            "  - {id: a, roles: [manager], actions: [\"cr*\"], scope: sub}", "",
            "  bank: {fields: [], sensitive: true}".replacing("bank", with: "history"),
            [
                "sensitive-wildcard claim.yaml:9:41 `cr*` grants actions of `claim`, which has sensitive fields, without naming them",
                "unreadable-class claim.yaml:17:3 nobody may read field class `history`",
            ]
        ),
        (
            "  - {id: a, roles: [manager], actions: [create], scope: sub, until: 2020-01-01}", "", "",
            ["expired-rule claim.yaml:9:69 `claim/a` is over since 2020-01-01T00:00:00.000000Z"]
        ),
    ]

    @Test func rulesThatOthersCoverTogetherAreFound() {
        func found(_ grants: String) -> [String] {
            let report = PolicyLinter.lint(
                Self.files(grants: grants).map { PolicyFile(path: $0.path, text: Self.withoutEmptyLines($0)) })
            return report.warnings.filter { $0.code == .unreachableRule }.map(\.place.cause)
        }
        let one = "  - {id: one, roles: [viewer], actions: [approve, create], scope: all}\n"
        let two = "  - {id: two, roles: [manager], actions: [approve, create], scope: sub}\n"
        let both = "  - {id: both, roles: [viewer, manager], actions: [approve, create], scope: sub}\n"
        #expect(
            found(one + two + both) == ["`claim/both` allows nothing that `claim/two` and `claim/one` together do not"])
        // By actions.
        #expect(
            found(
                "  - {id: a, roles: [viewer], actions: [approve], scope: all}\n"
                    + "  - {id: b, roles: [viewer], actions: [create], scope: all}\n"
                    + "  - {id: c, roles: [viewer], actions: [approve, create], scope: all, when: resource.amount > 1}\n"
            )
                == ["`claim/c` allows nothing that `claim/a` and `claim/b` together do not"])
        // One cell is left open; two equal halves do not take each other away.
        #expect(found(one + "  - {id: c, roles: [viewer, manager], actions: [approve], scope: sub}\n") == [])
    }

    static let exclusions: [(base: String, overlay: String, attributes: String?)] = [
        (#"resource.state == "open""#, #"resource.state == "paid""#, #""state":"paid""#),
        ("resource.amount < 100", "resource.amount >= 100", #""amount":100"#),
        (
            #"resource.state in ["open"]"#, #"resource.state != "open" && resource.amount > 5"#,
            #""amount":6,"manager_chain":[],"state":"paid""#
        ),
        (
            #"resource.amount > 10 || resource.state == "paid""#, #"resource.amount == 3 && resource.state == "open""#,
            #""amount":3"#
        ),
        ("resource.amount < 100", "resource.amount > 98", nil),
        ("resource.amount <= 100", "resource.amount > 100", #""amount":101"#),
        ("resource.amount <= 100", "resource.amount >= 100", nil),
        (#"resource.state == "open""#, "resource.amount > 3", nil),
        (#"resource.state == "open" || subject.id == "x""#, #"resource.state == "paid""#, nil),
    ]

    @Test(arguments: exclusions)
    func anOverlaysConditionThatTheBaseExcludesComesWithARequest(
        _ base: String, _ overlay: String, _ attributes: String?
    ) {
        let files = Self.files(
            grants: "  - {id: some, roles: [viewer], actions: [pay_out], scope: all, when: '\(base)'}",
            overlay: """
                overlay: acme
                modules:
                  claim:
                    grants:
                      - {id: other, roles: [viewer], actions: [pay_out], scope: all, when: '\(overlay)'}
                """)
        let report = PolicyLinter.lint(files)
        #expect(report.errors == [])
        let warnings = report.warnings.filter { $0.code == .neverGiven }
        guard let attributes else {
            #expect(warnings.isEmpty)
            return
        }
        #expect(
            warnings.map(\.place.cause) == [
                "`overlay/claim/other` gives `claim.pay_out` to `viewer` where the conditions of the base never do"
            ])
        #expect(warnings.first?.request?.text.contains(attributes) == true, "\(warnings)")
    }

    @Test(arguments: cases)
    func warnings(_ grants: String, _ denials: String, _ fields: String, _ found: [String]) throws {
        let files = Self.files(grants: grants, denials: denials, fields: fields)
            .map { PolicyFile(path: $0.path, text: Self.withoutEmptyLines($0)) }
        let report = PolicyLinter.lint(files, now: Instant(rfc3339: "2026-01-01T00:00:00Z"))
        #expect(report.errors == [])
        #expect(report.warnings.map { "\($0.code) \($0.place.path):\($0.place.mark) \($0.place.cause)" } == found)
    }

    private static func withoutEmptyLines(_ file: PolicyFile) -> String {
        String(decoding: file.bytes, as: UTF8.self).split(separator: "\n").joined(separator: "\n")
    }

    @Test func anOverlaysGrantThatTheBaseNeverGivesComesWithARequest() throws {
        let overlay = """
            overlay: acme
            modules:
              claim:
                grants:
                  - {id: dead, roles: [viewer], actions: [pay_out], scope: all, when: resource.state == "open" && resource.amount > 100}
                  - {id: alive, roles: [hr], actions: [view], scope: self}
            """
        let report = PolicyLinter.lint(Self.files(grants: "", overlay: overlay))
        let warning = try #require(report.warnings.first)
        #expect(report.warnings.count == 1)
        #expect(warning.code == .neverGiven)
        #expect(
            warning.place.cause == "`overlay/claim/dead` gives `claim.pay_out` to `viewer`, and the base never does")
        #expect(
            warning.request?.text
                == #"{"action":{"name":"claim.pay_out"},"resource":{"id":"e-1","properties":{"amount":101,"manager_chain":[],"state":"open","subject_id":"e-1","tenant":"acme"},"type":"claim"},"subject":{"id":"m-1","properties":{"employee_id":"e-1","roles":["viewer"],"tenant":"acme"},"type":"member"}}"#
        )
    }

    @Test func errorsAreShownWithLineCaretAndRemedy() {
        let report = PolicyLinter.lint(
            Self.files(grants: "  - {id: a, roles: [manger], actions: [\"veiw\"], scope: all}"))
        #expect(
            report.text(isColored: false) == """
                claim.yaml:9:21: error: unknown role `manger`
                   9 |   - {id: a, roles: [manger], actions: ["veiw"], scope: all}
                     |                     ^~~~~~
                     = did you mean `manager`?

                claim.yaml:9:40: error: unknown action `veiw` in module `claim`
                   9 |   - {id: a, roles: [manger], actions: ["veiw"], scope: all}
                     |                                        ^~~~~~
                     = did you mean `view`?
                """)
        #expect(report.wire["errors"]?.array?.first?["length"] == .integer(6))
        #expect(report.revision == nil)
    }

    @Test func aFileCannotWriteToTheReadersTerminal() {
        let report = PolicyLinter.lint([
            PolicyFile(path: "roles.yaml", text: "roles:\n  a: {x: \"\u{1B}[2J\u{202E}\"}\n")
        ])
        let text = report.text(isColored: false)
        #expect(!text.isEmpty)
        #expect(!text.unicodeScalars.contains("\u{1B}") && !text.unicodeScalars.contains("\u{202E}"))
        #expect(report.text(isColored: true).contains("\u{1B}[1;31merror\u{1B}[0m"))
    }

    @Test func longLinesAreShownAroundThePlace() {
        let padding = String(repeating: "x", count: 300)
        let report = PolicyLinter.lint([
            PolicyFile(path: "roles.yaml", text: "roles: {a: {description: \(padding), inherits: [nobody]}}\n")
        ])
        let lines = report.text(isColored: false).split(separator: "\n").map { Array($0) }
        #expect(lines[1].count < 120)
        let caret = lines[2].firstIndex(of: "^") ?? 0
        #expect(String(lines[1][caret...].prefix(6)) == "nobody")
    }
}
