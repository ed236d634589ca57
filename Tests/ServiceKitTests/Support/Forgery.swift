import Crypto
import HTTPTypes
import WireFormat

@testable import ServiceKit

/// Builds service tokens in which any member can be wrong.
struct Forgery: Sendable {
    var header: [String: JSONValue]
    var claims: [String: JSONValue]
    var key: Curve25519.Signing.PrivateKey
    /// Changes the finished token.
    var respell: @Sendable (String) -> String = { $0 }

    /// A right request token of `caller` to `callee`.
    static func request(
        _ keys: TestKeys, from caller: ServiceName, to callee: ServiceName, method: String, target: String,
        headers: HTTPFields, body: [UInt8], now: Instant = .now()
    ) throws -> Forgery {
        let (kid, key) = try keys.privateKey(caller)
        return Forgery(
            header: ["alg": "EdDSA", "typ": "svc+jwt", "kid": .string(kid)],
            claims: [
                "iss": .string(caller.text), "aud": .string(callee.text), "iat": date(now),
                "exp": date(now.adding(.seconds(15))), "jti": .string(ServiceTokenClaims.newIdentifier()),
                "htm": .string(method), "htu": .string(target), "bdg": .string(BodyDigest.of(body)),
                "hdg": .string(MeaningfulHeaders.digest(of: headers, names: MeaningfulHeaders.request)),
            ], key: key)
    }

    /// A right response token of `callee` to `caller`.
    static func response(
        _ keys: TestKeys, from callee: ServiceName, to caller: ServiceName, requestIdentifier: String, status: Int,
        headers: HTTPFields, body: [UInt8], now: Instant = .now()
    ) throws -> Forgery {
        let (kid, key) = try keys.privateKey(callee)
        return Forgery(
            header: ["alg": "EdDSA", "typ": "svc+jwt", "kid": .string(kid)],
            claims: [
                "iss": .string(callee.text), "aud": .string(caller.text), "iat": date(now),
                "exp": date(now.adding(.seconds(15))), "jti": .string(ServiceTokenClaims.newIdentifier()),
                "rti": .string(requestIdentifier), "sts": .integer(Int64(status)), "bdg": .string(BodyDigest.of(body)),
                "hdg": .string(MeaningfulHeaders.digest(of: headers, names: MeaningfulHeaders.response)),
            ], key: key)
    }

    /// The token in compact form.
    func token() throws -> String {
        let input =
            Base64URL.encode(JSONValue.object(header).bytes()) + "."
            + Base64URL.encode(JSONValue.object(claims).bytes())
        let signature = try key.signature(for: Array(input.utf8))
        return respell(input + "." + Base64URL.encode(Array(signature)))
    }

    func with(_ change: (inout Forgery) -> Void) -> Forgery {
        var forgery = self
        change(&forgery)
        return forgery
    }

    static func date(_ instant: Instant) -> JSONValue { .double(Double(instant.microseconds) / 1_000_000) }
}
