import MarkedYAML
import PolicyCore
public import WireFormat

extension TestRun {
    /// What a person reads: failures with their explanation, then the rules that no case reaches, then the sum.
    public var report: String {
        var lines: [String] = []
        for failure in failures {
            let each = failure.testCase
            lines.append("\(each.path):\(each.mark): \(each.name)")
            for difference in failure.differences {
                lines.append("  \(difference.key): expected \(difference.expected), actual \(difference.actual)")
            }
            lines += failure.explanation.description.split(separator: "\n").map { "  \($0)" }
            lines.append("")
        }
        for rule in undecided {
            lines.append("\(rule.path):\(rule.mark): no case reaches \(rule.kind.rawValue) `\(rule.id)`")
        }
        let covered = rules.count - undecided.count
        lines.append(
            "\(caseCount) cases, \(failures.count) failed; \(covered) of \(rules.count) rules decided in some case")
        return lines.joined(separator: "\n")
    }

    /// For scripts: `{"cases", "failures": [{"path", "line", "column", "name", "differences": [{"key", "expected",
    /// "actual"}], "explanation"}], "rules", "covered", "uncovered": [{"kind", "id", "path", "line", "column"}]}`.
    public var wire: JSONValue {
        [
            "cases": .integer(Int64(caseCount)),
            "failures": .array(
                failures.map { failure in
                    [
                        "path": .string(failure.testCase.path), "line": .integer(Int64(failure.testCase.mark.line)),
                        "column": .integer(Int64(failure.testCase.mark.column)), "name": .string(failure.testCase.name),
                        "differences": .array(
                            failure.differences.map {
                                [
                                    "key": .string($0.key), "expected": .string($0.expected),
                                    "actual": .string($0.actual),
                                ]
                            }),
                        "explanation": failure.explanation.wire,
                    ]
                }),
            "rules": .integer(Int64(rules.count)),
            "covered": .integer(Int64(rules.count - undecided.count)),
            "uncovered": .array(
                undecided.map {
                    [
                        "kind": .string($0.kind.rawValue), "id": .string($0.id), "path": .string($0.path),
                        "line": .integer(Int64($0.mark.line)), "column": .integer(Int64($0.mark.column)),
                    ]
                }),
        ]
    }
}
