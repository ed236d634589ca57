public import MarkedYAML
import WireFormat

/// The smallest changes that would allow what was denied.
///
/// Whole it tells the policy, so it is for administrators; `forUser` is what the person concerned may be shown.
public struct WhyNot: Sendable, Hashable {
    /// A set of changes that together allow it, and of which none can be left out.
    public struct Way: Sendable, Hashable {
        /// The changes.
        public let changes: [Change]
        /// The grants that allow it then.
        public let grants: [Rule]
        /// The denials and obligations that stood in the way.
        public let overcome: [Rule]
        /// Whether the changed request was decided, and allowed. False where a condition has no value that shows it.
        public let isVerified: Bool
    }

    /// A rule that has to do with a way.
    public struct Rule: Sendable, Hashable {
        /// `grant`, `denial` or `obligation`.
        public let kind: String
        /// The rule's id.
        public let id: String
        /// Where it is written.
        public let path: String
        /// Where it is written.
        public let mark: Mark

        init(_ rule: PolicyRule) {
            kind = rule.kind.rawValue
            id = rule.id
            path = rule.path
            mark = rule.mark
        }
    }

    /// What was decided.
    public let decision: Decision
    /// The ways, those with the fewest changes first; none when it is allowed, and when no change helps.
    public let ways: [Way]
    /// Whether there can be no other way of that few changes: the search ended by itself.
    public let isComplete: Bool
    /// Why no change helps; nil when the rules decided.
    public let preliminary: String?
}
