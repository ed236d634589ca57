/// How sure one may be that it is the account's owner, by what was used to sign in. The order is that of strength.
public enum AssuranceLevel: Int, Sendable, Hashable, CaseIterable, Comparable {
    /// One factor (NIST SP 800-63B AAL1).
    case oneFactor = 1
    /// Two factors (AAL2).
    case twoFactors = 2
    /// A passkey, whose answer is of no use to another site (OpenID EAP ACR Values 1.0, `phr`).
    case phishingResistant = 3

    /// RFC 8176: what ``init(amr:)`` looks for.
    private static let twoFactorMethod = "mfa"
    private static let keyMethods: Set<String> = ["hwk", "swk"]

    /// The level of what was used (`amr`, RFC 8176): used, not configured.
    public init(amr: [String]) {
        let isTwo = amr.contains(Self.twoFactorMethod)
        let isKey = amr.contains(where: Self.keyMethods.contains)
        self = isTwo ? (isKey ? .phishingResistant : .twoFactors) : .oneFactor
    }

    /// The level of an `acr` value; nil for one that this issuer does not give.
    public init?(acr: String) {
        guard let level = Self.allCases.first(where: { $0.acr == acr }) else { return nil }
        self = level
    }

    /// The `acr` claim, and a value of `acr_values` (OpenID Connect Core §2).
    public var acr: String {
        switch self {
        case .oneFactor: "urn:bailiwick:acr:aal1"
        case .twoFactors: "urn:bailiwick:acr:aal2"
        case .phishingResistant: "phr"
        }
    }

    /// By strength.
    public static func < (one: AssuranceLevel, other: AssuranceLevel) -> Bool { one.rawValue < other.rawValue }
}
