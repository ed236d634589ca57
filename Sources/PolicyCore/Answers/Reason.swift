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
    /// The obligation of this id is not met; the answer's obligations say what is missing.
    case obligation(id: String)
    /// A plan was asked for an action that policy does not mark `listable`.
    case notListable

    /// The code in answers: `no-grant`, `denied:RULE`, `tenant-mismatch`, `out-of-scope`, `missing-fact`,
    /// `obligation:ID`, `not-listable`.
    public var description: String {
        switch self {
        case .noGrant: "no-grant"
        case .denied(let rule): "denied:\(rule)"
        case .tenantMismatch: "tenant-mismatch"
        case .outOfScope: "out-of-scope"
        case .missingFact: "missing-fact"
        case .obligation(let id): "obligation:\(id)"
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
            let parts = code.split(separator: ":", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { return nil }
            switch parts[0] {
            case "denied": self = .denied(rule: parts[1])
            case "obligation": self = .obligation(id: parts[1])
            default: return nil
            }
        }
    }
}
