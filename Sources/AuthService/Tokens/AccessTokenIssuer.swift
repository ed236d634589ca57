import IdentityCore
import WireFormat

/// Issues access tokens: RFC 9068, RS256, for one tenant.
struct AccessTokenIssuer: Sendable {
    /// Ten minutes (issue 2). A role that was taken away ends sooner, by the revocation feed.
    static let lifetime: Duration = .seconds(600)
    /// Who accepts these tokens: every service of this installation.
    static let audience = "bailiwick"
    /// RFC 9068 §2.1.
    static let type = "at+jwt"

    /// `iss`: this service's public URL.
    let issuer: String
    let keys: SigningKeyRing

    /// What a token says about its bearer.
    struct Claims: Sendable {
        var tenant: TenantID
        var subject: UUIDv7
        var roles: [Role]
        var employeeID: UUIDv7?
        var clientID: String
        var session: UUIDv7
        var amr: [String]
        var authTime: Instant
        /// No token may carry an earlier `iat` than this: earlier ones are void.
        var notBefore: Instant
        /// The session's end, which no token outlives.
        var sessionEnd: Instant
        /// What an application's token is good for (``OpenIDScope``); nil for our own frontends and for clients, whose
        /// tokens are good for everything that their bearer may do.
        var scopes: [OpenIDScope]?
    }

    /// A token as its bearer gets it.
    struct Issued: Sendable {
        let compact: Redacted<String>
        let jti: String
        let issuedAt: Instant
        let expires: Instant
    }

    /// Signs `claims`. `now` is from inside the transaction that holds the member's row.
    func issue(_ claims: Claims, now: Instant) throws -> Issued {
        // `iat` has whole seconds. A role change in this very second voids everything issued up to its end
        // (``TokenFloor``), so a token issued after it says the next second: no clock skew allowance is smaller.
        let issuedAt = max(Instant(seconds: now.seconds), claims.notBefore)
        let expires = min(issuedAt.adding(Self.lifetime), claims.sessionEnd)
        let jti = OpaqueID.generate()
        var payload: [String: JSONValue] = [
            "iss": .string(issuer), "aud": .string(Self.audience), "sub": claims.subject.wire,
            "client_id": .string(claims.clientID), "iat": .integer(issuedAt.seconds), "exp": .integer(expires.seconds),
            "jti": .string(jti), "sid": claims.session.wire, "auth_time": .integer(claims.authTime.seconds),
            "amr": .array(claims.amr.map(JSONValue.string)), "acr": .string(AssuranceLevel(amr: claims.amr).acr),
            "tenant": claims.tenant.wire,
            "roles": .array(claims.roles.map { .string($0.name) }),
        ]
        if let scopes = claims.scopes {
            payload["scope"] = .string(OpenIDScope.text(scopes))
            // Without the scope `api` no service of this installation takes it, userinfo excepted.
            payload["aud"] = .array([.string(issuer)] + (scopes.contains(.api) ? [.string(Self.audience)] : []))
        }
        if let employeeID = claims.employeeID { payload["emp"] = employeeID.wire }
        let compact = try SignedToken.sign(
            header: ["typ": .string(Self.type)], payload: payload, with: try keys.signingKey(at: now))
        return Issued(
            compact: Redacted(compact), jti: jti, issuedAt: issuedAt, expires: Instant(seconds: expires.seconds))
    }
}

/// From which second on tokens of a member are valid again after a change voided the earlier ones.
enum TokenFloor {
    /// The first whole second after everything that can have been issued: by the clock, and by a former floor that an
    /// `iat` was raised to.
    static func raised(from present: Instant, now: Instant) -> Instant {
        Instant(seconds: max(now.seconds, present.seconds) + 1)
    }
}

/// 128 random bits as text.
enum OpaqueID {
    static func generate() -> String {
        var generator = SystemRandomNumberGenerator()
        let words = [generator.next(), generator.next()]
        return Base64URL.encode(words.flatMap { word in withUnsafeBytes(of: word) { Array($0) } })
    }
}
