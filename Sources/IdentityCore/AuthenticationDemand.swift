public import WireFormat

/// What an authentication has to be: `acr_values` and `max_age`, as OpenID Connect Core §3.1.2.1 and RFC 9470 §3 write
/// them.
public struct AuthenticationDemand: Sendable, Hashable {
    /// The least level.
    public let level: AssuranceLevel
    /// How old it may be; nil: as old as the session.
    public let maximumAge: Duration?

    /// More values of `acr_values` than there are levels to name.
    static let mostValues = 16

    /// A demand.
    public init(level: AssuranceLevel, maximumAge: Duration? = nil) {
        self.level = level
        self.maximumAge = maximumAge
    }

    /// Reads `acr_values`: names in order of preference, separated by blanks. Any of them will do, so the weakest that
    /// this issuer knows is the demand; nil when it knows none.
    ///
    /// - Parameter maximumAge: `max_age`.
    public init?(acrValues: String, maximumAge: Duration? = nil) {
        let names = acrValues.split(separator: " ", maxSplits: Self.mostValues)
        guard let level = names.compactMap({ AssuranceLevel(acr: String($0)) }).min() else { return nil }
        self.init(level: level, maximumAge: maximumAge)
    }

    /// Whether an authentication with these methods, at that time, is enough at `now`.
    public func isMet(amr: [String], authenticatedAt: Instant, now: Instant) -> Bool {
        guard AssuranceLevel(amr: amr) >= level else { return false }
        guard let maximumAge else { return true }
        return now < authenticatedAt.adding(maximumAge)
    }

    /// `acr_values`: every level that will do, the weakest first.
    public var acrValues: [String] { AssuranceLevel.allCases.filter { $0 >= level }.map(\.acr) }
}
