@_spi(Authenticated) import ServiceKit
import WireFormat

/// The claims of an access token (RFC 9068 §2.2, RFC 7519 §4.1), read strictly. Pure: the clock is the caller's.
struct AccessTokenClaims: Sendable {
    let notBefore: Instant?
    let issuedAt: Instant
    let expires: Instant
    private let token: AccessToken

    /// More roles than any organisation gives one person.
    private static let mostRoles = 64
    /// RFC 8176 has some twenty methods.
    private static let mostMethods = 16
    /// An agent of an agent of a person; each hop is evaluated in every decision.
    private static let mostHops = 8
    /// Our identifiers of clients and tokens are UUIDs.
    private static let longestName = 128

    /// Reads claims whose signature has been verified; throws for a wrong issuer, audience or type of claim.
    init(_ payload: JSONValue, compact: String, rules: AccessTokenRules) throws(TokenRejection) {
        guard payload["iss"]?.string == rules.issuer else { throw .malformed("its `iss` is not the configured issuer") }
        guard Self.audiences(payload["aud"]).contains(rules.audience) else {
            throw .malformed("its `aud` does not have `\(rules.audience)`")
        }
        issuedAt = try Self.date("iat", payload)
        expires = try Self.date("exp", payload)
        notBefore = payload["nbf"] == nil ? nil : try Self.date("nbf", payload)
        guard expires > issuedAt, expires - issuedAt <= rules.longestLifetime else {
            throw .malformed("it lives longer than \(rules.longestLifetime)")
        }
        guard let subject = payload["sub"]?.string.flatMap({ UUIDv7($0) }) else {
            throw .malformed("its `sub` is no member")
        }
        guard let tenant = payload["tenant"]?.string.flatMap({ TenantID($0) }) else {
            throw .malformed("its `tenant` is no tenant")
        }
        guard let session = payload["sid"]?.string.flatMap({ UUIDv7($0) }) else {
            throw .malformed("its `sid` is no session")
        }
        token = AccessToken(
            compact: Redacted(compact), tenant: tenant, subject: subject,
            roles: try Self.texts("roles", payload, most: Self.mostRoles), employeeID: try Self.employee(payload),
            amr: try Self.texts("amr", payload, most: Self.mostMethods), authTime: try Self.date("auth_time", payload),
            session: session, clientID: try Self.name("client_id", payload), jti: try Self.name("jti", payload),
            expires: expires, issuedAt: issuedAt, act: try Self.actor(payload),
            acr: payload["acr"] == nil ? nil : try Self.name("acr", payload))
    }

    /// The token, if it is in force at `now`.
    func token(at now: Instant, leeway: Duration) throws(TokenRejection) -> AccessToken {
        guard now < expires.adding(leeway) else { throw .expired("it expired at \(expires)") }
        guard issuedAt <= now.adding(leeway) else { throw .malformed("it was issued in the future") }
        if let notBefore, now.adding(leeway) < notBefore { throw .malformed("it is not valid yet") }
        return token
    }

    /// RFC 7519 §4.1.3: one string or an array of them. An empty array names nobody.
    private static func audiences(_ value: JSONValue?) -> [String] {
        switch value {
        case .string(let one): [one]
        case .array(let several): several.compactMap(\.string)
        default: []
        }
    }

    /// A `NumericDate` (RFC 7519 §2), whole or with a fraction, within the years that an `Instant` can hold.
    private static func date(_ name: String, _ payload: JSONValue) throws(TokenRejection) -> Instant {
        guard let seconds = payload[name]?.double, seconds >= 0, seconds < 253_402_300_800 else {
            throw .malformed("its `\(name)` is no date")
        }
        if let whole = payload[name]?.integer { return Instant(seconds: whole) }
        return Instant(microseconds: Int64((seconds * 1_000_000).rounded()))
    }

    private static func name(_ name: String, _ payload: JSONValue) throws(TokenRejection) -> String {
        guard let text = payload[name]?.string, !text.isEmpty, text.utf8.count <= longestName else {
            throw .malformed("its `\(name)` is missing or too long")
        }
        return text
    }

    private static func texts(_ name: String, _ payload: JSONValue, most: Int) throws(TokenRejection) -> [String] {
        guard let values = payload[name]?.array, values.count <= most else {
            throw .malformed("its `\(name)` is no array of at most \(most) strings")
        }
        let texts = values.compactMap(\.string)
        guard texts.count == values.count else { throw .malformed("its `\(name)` has something that is no string") }
        return texts
    }

    private static func employee(_ payload: JSONValue) throws(TokenRejection) -> UUIDv7? {
        // `employee_id` is what the release before called it.
        let (claim, former) = (payload["emp"], payload["employee_id"])
        guard claim == nil || former == nil || claim == former else {
            throw .malformed("its `emp` and `employee_id` differ")
        }
        guard let value = claim ?? former else { return nil }
        guard let id = value.string.flatMap({ UUIDv7($0) }) else { throw .malformed("its `emp` is no employee") }
        return id
    }

    /// RFC 8693 §4.1: an object with `sub`, nested for a chain.
    private static func actor(_ payload: JSONValue) throws(TokenRejection) -> JSONValue? {
        guard let value = payload["act"] else { return nil }
        var hop: JSONValue? = value
        var hops = 0
        while let present = hop {
            hops += 1
            guard hops <= mostHops else { throw .malformed("its `act` has more than \(mostHops) hops") }
            guard present["sub"]?.string != nil else { throw .malformed("its `act` has a hop without `sub`") }
            hop = present["act"]
        }
        return value
    }
}
