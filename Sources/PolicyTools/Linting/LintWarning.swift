public import MarkedYAML
import PolicyCore
public import WireFormat

/// Something that loads, and yet is probably not what its author meant.
public struct LintWarning: Sendable, Hashable {
    /// What kind of warning; what scripts match on.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private let rawValue: String
        /// The code as it is printed.
        public var description: String { rawValue }

        /// A rule that can never take effect, or never beyond another one.
        public static let unreachableRule = Code(rawValue: "unreachable-rule")
        /// A condition that is the same for every request.
        public static let constantCondition = Code(rawValue: "constant-condition")
        /// A grant that denials always beat.
        public static let alwaysDenied = Code(rawValue: "always-denied")
        /// A wildcard that grants what deserves to be named.
        public static let sensitiveWildcard = Code(rawValue: "sensitive-wildcard")
        /// A grant of an overlay for what the base never gives.
        public static let neverGiven = Code(rawValue: "never-given")
        /// A rule whose time is over.
        public static let expiredRule = Code(rawValue: "expired-rule")

        fileprivate init(rawValue: String) { self.rawValue = rawValue }
    }

    /// What kind of warning.
    public let code: Code
    /// Place, cause and remedy.
    public let place: PlacedError
    /// A request that shows it, in the form of `bailiwick policy eval`; nil where none is needed.
    public let request: JSONValue?

    init(
        _ code: Code, _ rule: RuleFacts, at mark: Mark? = nil, _ cause: String, remedy: String,
        request: JSONValue? = nil
    ) {
        self.code = code
        place = PlacedError(path: rule.rule.path, mark: mark ?? rule.rule.mark, cause: cause, remedy: remedy)
        self.request = request
    }

    /// What the engine itself finds.
    init(_ finding: LintFinding) {
        code = Code(rawValue: finding.code.description)
        place = finding.place
        request = nil
    }
}
