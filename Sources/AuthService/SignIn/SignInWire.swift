import ServiceKit
import WireFormat

/// `POST /v1/sign-in`.
struct SignInRequest: WireBody {
    /// As typed; an address that cannot be one is an unknown account, not an error.
    let email: Redacted<String>
    let password: Redacted<String>
    /// Which organisation, when the account belongs to several.
    let organisation: UUIDv7?

    init(fields: inout FieldReader) {
        email = Redacted(
            fields.required("email") {
                $0.utf8.count > EmailAddress.mostBytes ? "is too long for an e-mail address" : nil
            })
        password = Redacted(fields.required("password"))
        organisation = fields.optional("organisation")
    }
}

/// `POST /v1/sign-in/totp`.
struct SecondFactorRequest: WireBody {
    let challenge: Redacted<String>
    let code: Redacted<String>
    /// Which organisation, when the first step left it open.
    let organisation: UUIDv7?

    init(fields: inout FieldReader) {
        challenge = Redacted(fields.required("challenge"))
        code = Redacted(
            fields.required("code") { TOTP.isCode($0) ? nil : "must be \(TOTP.digits) digits" })
        organisation = fields.optional("organisation")
    }
}

/// The password was right; the answer to a `POST /v1/sign-in`.
struct SignInChallenge: WireEncodable {
    let token: OpaqueToken
    let expires: Instant
    /// What the account can sign in with next.
    let factors: [String]

    var wire: JSONValue {
        ["challenge": .string(token.text), "expires_at": expires.wire, "factors": JSONValue(factors)]
    }
}

/// A device that an account did not know.
struct NewDevice: Sendable {
    /// What it shows next time.
    let token: OpaqueToken
    /// Whether the account had signed in before, on another.
    let raisesAlert: Bool
}

/// Tokens as a client gets them (RFC 6749 §5.1).
struct IssuedTokens: WireEncodable {
    let access: AccessTokenIssuer.Issued
    /// Nil for clients, which sign in anew.
    let refresh: OpaqueToken?
    let issued: Instant
    /// Set when the account did not know the device.
    var device: NewDevice?

    /// What this device shows at its next sign-in: a cookie, no member of the body.
    var newDevice: OpaqueToken? { device?.token }
    /// The session that they belong to; nil for clients.
    var session: SessionRecord?
    /// What an application's tokens are good for; nil for our own frontends and for clients.
    var scopes: [OpenIDScope]?

    var wire: JSONValue {
        var members: [String: JSONValue] = [
            "access_token": .string(access.compact.reveal()), "token_type": "Bearer",
            "expires_in": .integer(max(0, access.expires.seconds - issued.seconds)),
        ]
        if let refresh { members["refresh_token"] = .string(refresh.text) }
        if let scopes { members["scope"] = .string(OpenIDScope.text(scopes)) }
        return .object(members)
    }
}

extension Problem {
    /// Unknown account, wrong password, locked, no organisation to sign in to: one answer for all.
    static let invalidCredentials = Problem(
        .unauthorized, "invalid-credentials", title: "The sign-in failed",
        detail: "the e-mail address, the password or the organisation is not right")

    /// A wrong code, or one that was used before.
    static let invalidCode = Problem(
        .unauthorized, "invalid-code", title: "The code is not accepted",
        detail: "wait for the next code of the authenticator app; each is accepted once")

    /// A challenge that is unknown, used, expired, or was tried too often.
    static let invalidChallenge = Problem(
        .unauthorized, "invalid-challenge", title: "The sign-in has to begin anew",
        detail: "the challenge is unknown, used, expired, or was tried too often")

    /// The account belongs to several organisations and none was named.
    static func organisationRequired(_ organisations: [TenantID]) -> Problem {
        .conflict("organisation-required", detail: "the account belongs to several organisations; name one of them")
            .adding("organisations", .array(organisations.map(\.wire)))
    }
}
