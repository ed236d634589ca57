/// Why the answer is a deny.
public enum Reason: Sendable, Hashable, CustomStringConvertible {
    /// No role of the subject (or of somebody acting for it) has any grant for the action.
    case noGrant
    /// The rule of this id denies it.
    case denied(rule: String)
    /// Subject and resource belong to different tenants, or one of them to none that is known.
    case tenantMismatch
    /// There is a grant, and it does not cover this record.
    case outOfScope
    /// There is a grant, and a fact that it needs was not stated.
    case missingFact
    /// A plan was asked for an action that policy does not mark `listable`.
    case notListable

    /// The code in answers: `no-grant`, `denied:RULE`, `tenant-mismatch`, `out-of-scope`, `missing-fact`,
    /// `not-listable`.
    public var description: String {
        switch self {
        case .noGrant: "no-grant"
        case .denied(let rule): "denied:\(rule)"
        case .tenantMismatch: "tenant-mismatch"
        case .outOfScope: "out-of-scope"
        case .missingFact: "missing-fact"
        case .notListable: "not-listable"
        }
    }

    /// Reads the code; nil for anything else.
    public init?(_ code: String) {
        switch code {
        case "no-grant": self = .noGrant
        case "tenant-mismatch": self = .tenantMismatch
        case "out-of-scope": self = .outOfScope
        case "missing-fact": self = .missingFact
        case "not-listable": self = .notListable
        default:
            guard code.hasPrefix("denied:"), code.utf8.count > "denied:".utf8.count else { return nil }
            self = .denied(rule: String(code.dropFirst("denied:".count)))
        }
    }
}
