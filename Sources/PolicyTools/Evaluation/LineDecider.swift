public import PolicyCore
public import WireFormat

/// Answers AuthZEN evaluation requests (§6.1), a JSON text each, with every fact from the caller (`facts: caller`).
public struct LineDecider: Sendable {
    /// For whom the ways out of a denial are written.
    public enum Audience: String, Sendable, Hashable, CaseIterable {
        /// Whole, with rules and attributes.
        case admin
        /// What the person concerned may see.
        case user
    }

    private let bundle: PolicyBundle
    private let whyNot: Audience?

    /// Decides by this bundle.
    /// - Parameter whyNot: For whom a denial also says what would allow it; nil to leave that out.
    public init(bundle: PolicyBundle, whyNot: Audience? = nil) {
        self.bundle = bundle
        self.whyNot = whyNot
    }

    /// The decision's wire form, for denials with `why_not` where that is asked for, or `{"error": …}`.
    public func answer(_ line: String) -> JSONValue {
        do throws(JSONParseError) {
            let request = try DecisionRequest(json: Array(line.utf8))
            let decision = bundle.check(request)
            guard let whyNot, !decision.isAllowed, case .object(var members) = decision.wire else {
                return decision.wire
            }
            let ways = bundle.whyNot(request)
            members["why_not"] = whyNot == .admin ? ways.wire : ways.forUser.wire
            return .object(members)
        } catch {
            return ["error": .string("\(error)")]
        }
    }
}
