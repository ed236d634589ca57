/// What an access token must say to be accepted.
public struct AccessTokenRules: Sendable, Hashable {
    /// The public URL of AuthService; `iss` must equal it byte by byte.
    public var issuer: String
    /// Must be in `aud`.
    public var audience: String
    /// How far two machines' clocks may be apart (`exp`, `nbf`, `iat`).
    public var leeway: Duration
    /// The longest `exp - iat`. Notices older than this are forgotten, so a longer-lived token would outlive its
    /// revocation: it is refused.
    public var longestLifetime: Duration

    /// The audience of every service of this product.
    public static let standardAudience = "bailiwick"
    /// As with service tokens (contract §4): machines that keep time by NTP are milliseconds apart.
    public static let standardLeeway: Duration = .seconds(5)
    /// Ten minutes: what AuthService issues at most.
    public static let standardLifetime: Duration = .seconds(600)

    /// The rules for tokens of `issuer`.
    public init(
        issuer: String, audience: String = Self.standardAudience, leeway: Duration = Self.standardLeeway,
        longestLifetime: Duration = Self.standardLifetime
    ) {
        self.issuer = issuer
        self.audience = audience
        self.leeway = leeway
        self.longestLifetime = longestLifetime
    }
}
