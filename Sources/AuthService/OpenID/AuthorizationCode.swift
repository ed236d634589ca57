import WireFormat

/// What the browser brings an application: good for one try, within a minute (RFC 6749 §4.1.2).
struct AuthorizationCode: Sendable {
    static let lifetime: Duration = .seconds(60)

    let id: UUIDv7
    let application: UUIDv7
    let browser: UUIDv7
    /// The sign-in of whoever agreed.
    let session: UUIDv7
    let redirectURI: String
    let scopes: [OpenIDScope]
    let nonce: String?
    let challenge: CodeChallenge
    let expiresAt: Instant
    let redeemedAt: Instant?
    let issuedSession: UUIDv7?
}
