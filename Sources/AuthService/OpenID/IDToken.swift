import Crypto
import IdentityCore
import WireFormat

/// ID tokens (OpenID Connect Core §2): who signed in, when and how, for one application.
enum IDToken {
    /// It proves a sign-in once, at once; ten minutes leave room for slow clocks.
    static let lifetime: Duration = .seconds(600)
    /// Distinct from access tokens', so that neither passes for the other.
    static let type = "JWT"

    /// Signs one beside the tokens of a session that was just opened.
    static func sign(_ tokens: IssuedTokens, nonce: String?, _ parts: AuthParts) throws -> Redacted<String>? {
        guard let session = tokens.session else { return nil }
        let now = tokens.issued
        let expires = min(now.adding(lifetime), session.expiresAt)
        var payload: [String: JSONValue] = [
            "iss": .string(parts.issuer.issuer), "sub": session.member.wire, "aud": .string(session.clientID),
            "iat": .integer(now.seconds), "exp": .integer(expires.seconds),
            "auth_time": .integer(session.authenticatedAt.seconds), "amr": JSONValue(session.amr),
            "acr": .string(AssuranceLevel(amr: session.amr).acr), "sid": session.id.wire,
            "tenant": session.tenant.wire, "at_hash": .string(halfHash(of: tokens.access.compact.reveal())),
        ]
        if let nonce { payload["nonce"] = .string(nonce) }
        return Redacted(
            try SignedToken.sign(
                header: ["typ": .string(type)], payload: payload, with: parts.keys.signingKey(at: now)))
    }

    /// §3.1.3.6: the left half of the hash that goes with RS256.
    private static func halfHash(of token: String) -> String {
        Base64URL.encode(Array(SHA256.hash(data: Array(token.utf8))).prefix(SHA256.byteCount / 2))
    }
}
