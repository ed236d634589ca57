public import MarkedYAML
public import WireFormat

/// How a decision came about: every rule that was considered, and why it matched or not.
///
/// It tells the whole policy for the action, so it is for administrators and security teams only.
public struct Explanation: Sendable, Hashable, CustomStringConvertible {
    /// What became of a rule.
    public enum Outcome: String, Sendable, Hashable {
        /// The holder has none of the roles that the rule names.
        case notHeld = "not-held"
        /// It holds.
        case matched
        /// It does not hold.
        case notMatched = "not-matched"
        /// A fact that decides it is missing: a grant does not allow, a denial counts as matched.
        case missingFact = "missing-fact"
    }

    /// One rule.
    public struct Step: Sendable, Hashable {
        /// Whose roles were looked at: the subject's id, or that of somebody acting for it.
        public let holder: String
        /// The rule's id.
        public let rule: String
        /// Whether it is a denial.
        public let isDenial: Bool
        /// Where it is written.
        public let path: String
        /// Where it is written.
        public let mark: Mark
        /// What became of it.
        public let outcome: Outcome
        /// Why, in words.
        public let because: String
    }

    /// What was decided.
    public let decision: Decision
    /// What was settled before any rule was looked at; nil when the rules decided.
    public let preliminary: String?
    /// Every rule for the action: denials first, then grants, for the subject and then for each hop.
    public let steps: [Step]

    /// A few lines for a person.
    public var description: String {
        var lines: [String] = []
        let verdict = decision.isAllowed ? "allowed" : "denied"
        let why = decision.reason.map { " (\($0))" } ?? ""
        let rule = decision.rule.map { " by `\($0)`" } ?? ""
        lines.append("\(verdict)\(why)\(rule), scope \(decision.scope), revision \(decision.revision.prefix(12))")
        if let preliminary { lines.append("  \(preliminary)") }
        for step in steps {
            let sign = step.outcome == .matched ? "+" : step.outcome == .missingFact ? "?" : "-"
            let kind = step.isDenial ? "denial" : "grant"
            lines.append(
                "  \(sign) \(kind) `\(step.rule)` for \(step.holder) at \(step.path):\(step.mark): \(step.because)")
        }
        if decision.isAllowed {
            lines.append("  reads \(decision.fields.readableFields.joined(separator: ", "))")
            lines.append("  writes \(decision.fields.writableFields.joined(separator: ", "))")
        }
        return lines.joined(separator: "\n")
    }

    /// For scripts: `{"decision": …, "preliminary", "steps": [{"holder", "rule", "effect", "place", "outcome", "because"}]}`.
    public var wire: JSONValue {
        var members: [String: JSONValue] = [
            "decision": decision.wire,
            "steps": .array(
                steps.map {
                    [
                        "holder": .string($0.holder), "rule": .string($0.rule),
                        "effect": .string($0.isDenial ? "denial" : "grant"), "place": .string("\($0.path):\($0.mark)"),
                        "outcome": .string($0.outcome.rawValue), "because": .string($0.because),
                    ]
                }),
        ]
        if let preliminary { members["preliminary"] = .string(preliminary) }
        return .object(members)
    }
}
