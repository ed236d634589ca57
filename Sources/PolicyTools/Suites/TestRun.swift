public import PolicyCore

/// What suites say about a bundle.
public struct TestRun: Sendable {
    /// A case that did not come out as expected.
    public struct Failure: Sendable {
        /// The case.
        public let testCase: SuiteCase
        /// In what the answer differs; never empty.
        public let differences: [Difference]
        /// How the answer came about.
        public let explanation: Explanation
    }

    /// One point in which an answer differs.
    public struct Difference: Sendable, Hashable {
        /// The key of the expectation, such as `scope`.
        public let key: String
        /// What was expected.
        public let expected: String
        /// What came out.
        public let actual: String
    }

    /// How many cases ran.
    public let caseCount: Int
    /// The cases that did not come out as expected, in the order of the files.
    public let failures: [Failure]
    /// Every rule of the bundle, in reading order.
    package let rules: [PolicyRule]
    /// Those that decided in some case.
    package let decided: Set<PolicyRule>

    /// Runs every case.
    public init(_ suites: [PolicySuite], on bundle: PolicyBundle) {
        let cases = suites.flatMap(\.cases)
        caseCount = cases.count
        rules = bundle.rules
        var failures: [Failure] = []
        var decided: Set<PolicyRule> = []
        for each in cases {
            let differences = Self.differences(bundle.check(each.request), each.expected)
            if !differences.isEmpty {
                failures.append(
                    Failure(
                        testCase: each, differences: differences, explanation: bundle.explain(each.request)))
            }
            decided.formUnion(bundle.rulesDeciding(each.request))
        }
        self.failures = failures
        self.decided = decided
    }

    /// The rules that decided in no case, in reading order.
    package var undecided: [PolicyRule] { rules.filter { !decided.contains($0) } }

    /// Whether every rule decided in some case.
    public var isComplete: Bool { rules.allSatisfy { decided.contains($0) } }

    /// In what a decision is not as expected.
    /// - Parameter original: What the expectation calls the rule that the decision calls so.
    static func differences(
        _ decision: Decision, _ expected: Expectation, _ original: (String) -> String = { $0 }
    ) -> [Difference] {
        var found: [Difference] = []
        func compare(_ key: String, _ expected: String, _ actual: String) {
            if expected != actual { found.append(Difference(key: key, expected: expected, actual: actual)) }
        }
        compare("decision", expected.isAllowed ? "allow" : "deny", decision.isAllowed ? "allow" : "deny")
        if let scope = expected.scope { compare("scope", scope.description, decision.scope.description) }
        if let rule = expected.rule { compare("rule", rule, decision.rule.map(original) ?? "none") }
        if let reason = expected.reason {
            var actual = decision.reason?.description ?? "none"
            if case .denied(let rule)? = decision.reason { actual = Reason.denied(rule: original(rule)).description }
            compare("reason", reason.description, actual)
        }
        func compareNames(_ key: String, _ expected: [String]?, _ actual: [String]) {
            guard let expected else { return }
            compare(key, "[\(expected.joined(separator: ", "))]", "[\(actual.sorted().joined(separator: ", "))]")
        }
        compareNames("readable", expected.readable, decision.fields.readableClasses)
        compareNames("writable", expected.writable, decision.fields.writableClasses)
        compareNames("obligations", expected.obligations, decision.obligations.map(\.id))
        return found
    }
}

extension FieldAccess {
    /// The names of the classes that may be read.
    var readableClasses: [String] { classes.map(\.name).filter { canRead(class: $0) } }
    /// The names of the classes that may be written.
    var writableClasses: [String] { classes.map(\.name).filter { canWrite(class: $0) } }
}
