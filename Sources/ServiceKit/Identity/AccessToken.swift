public import WireFormat

/// A user's access token (RFC 9068) that an ``AccessTokenVerifier`` has verified: signature, audience, times and the
/// revocation feed. Holding one means the request is authenticated.
public struct AccessToken: Sendable {
    /// The compact form as it came in, to be passed on beside a service token.
    public let compact: Redacted<String>
    /// The one organisation that the token is for.
    public let tenant: TenantID
    /// The member.
    public let subject: UUIDv7
    /// The member's roles in that organisation.
    public let roles: [String]
    /// The employee that the member is linked to.
    public let employeeID: UUIDv7?
    /// How the user signed in (RFC 8176), for example `["pwd", "otp"]`.
    public let amr: [String]
    /// How sure the issuer is of it (RFC 9068 §2.2.1); nil in tokens of the release before.
    public let acr: String?
    /// When the user last proved who they are.
    public let authTime: Instant
    /// The session that the token was issued in.
    public let session: UUIDv7
    /// The client that the token was issued to.
    public let clientID: String
    /// The token's own identifier; what a revocation names.
    public let jti: String
    /// The end of its life.
    public let expires: Instant
    /// When it was issued; the revocation feed's `not_before` is compared with this.
    public let issuedAt: Instant
    /// The chain of actors (RFC 8693 `act`) when somebody acts on another's behalf.
    public let act: JSONValue?

    /// Only a verifier may make one: `@_spi(Authenticated) import ServiceKit`.
    @_spi(Authenticated)
    public init(
        compact: Redacted<String>, tenant: TenantID, subject: UUIDv7, roles: [String], employeeID: UUIDv7?,
        amr: [String], authTime: Instant, session: UUIDv7, clientID: String, jti: String, expires: Instant,
        issuedAt: Instant, act: JSONValue? = nil, acr: String? = nil
    ) {
        self.compact = compact
        self.tenant = tenant
        self.subject = subject
        self.roles = roles
        self.employeeID = employeeID
        self.amr = amr
        self.authTime = authTime
        self.session = session
        self.clientID = clientID
        self.jti = jti
        self.expires = expires
        self.issuedAt = issuedAt
        self.act = act
        self.acr = acr
    }
}

/// Verifies users' access tokens; `IdentityClient` has the real one.
public protocol AccessTokenVerifier: Sendable {
    /// The verified token, or the problem to answer with: 401 when it is not valid, 503 when that cannot be known now.
    func verify(_ compact: String) async throws(Problem) -> AccessToken
}
