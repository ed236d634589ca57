import ServiceKit

/// Why an access token is not accepted.
struct TokenRejection: Error, Sendable, Hashable {
    /// What the bearer may do about it.
    enum Kind: Sendable, Hashable {
        /// Not a token of ours, or altered.
        case invalid
        /// Was good; a refresh gives a new one.
        case expired
        /// Its member or session was revoked, or a role changed; a refresh or a new sign-in gives a new one.
        case revoked
        /// Nobody can say: no signing key is known.
        case unavailable
    }

    let kind: Kind
    /// A clause in lower case, without any value of the token.
    let reason: String

    static func malformed(_ reason: String) -> TokenRejection { TokenRejection(kind: .invalid, reason: reason) }
    static func expired(_ reason: String) -> TokenRejection { TokenRejection(kind: .expired, reason: reason) }
    static let revoked = TokenRejection(kind: .revoked, reason: "it was revoked")
    static let keysUnavailable = TokenRejection(kind: .unavailable, reason: "no signing key is known")

    /// What the bearer is told. RFC 6750 §3.1 has one error for all bad tokens.
    var problem: Problem {
        let code =
            switch kind {
            case .unavailable: ""
            case .invalid: "invalid-token"
            case .expired: "token-expired"
            case .revoked: "token-revoked"
            }
        if kind == .unavailable {
            return .unavailable("keys-unavailable", detail: "the keys of access tokens cannot be had at present")
        }
        return Problem.unauthenticated("the access token is not accepted: \(reason)", code: code)
            .adding(header: .wwwAuthenticate, #"Bearer error="invalid_token""#)
    }
}
