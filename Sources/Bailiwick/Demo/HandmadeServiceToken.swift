import Crypto
import Foundation
import WireFormat

/// A service token made by hand from the operator's key file, so that each claim can be made wrong. It shares no code
/// with the one that the services use: what they accept of it, they accept by the contract.
struct HandmadeServiceToken {
    /// Whom it is for.
    var audience: String
    /// The method that it binds.
    var method: String
    /// Path and query that it binds.
    var target: String
    /// The body that it binds.
    var body: [UInt8] = []
    /// When it says it was issued.
    var issued = Instant.now()
    /// Its life in seconds.
    var lifetime: Int64 = 15
    /// 128 random bits; the same value makes a replay.
    var identifier = Base64URL.encode((0..<16).map { _ in UInt8.random(in: .min ... .max) })
    /// `Content-Type`, when there is a body.
    var contentType: String?
    /// `X-Request-ID`.
    var requestID: String

    /// The compact JWS, signed with the key in `keyFile`.
    func signed(keyFile: [UInt8]) throws -> String {
        let file = try JSONValue.parse(keyFile)
        let seed = try require(file["seed"]?.string.flatMap { Base64URL.decode($0) }, "a seed")
        let key = try Curve25519.Signing.PrivateKey(rawRepresentation: Data(seed))
        let header: JSONValue = ["alg": "EdDSA", "typ": "svc+jwt", "kid": file["kid"] ?? nil]
        let claims: JSONValue = [
            "iss": file["service"] ?? nil, "aud": .string(audience), "iat": .integer(issued.seconds),
            "exp": .integer(issued.seconds + lifetime),
            "jti": .string(identifier),
            "htm": .string(method), "htu": .string(target), "bdg": .string(Self.digest(body)),
            "hdg": .string(Self.digest(Array(meaningfulHeaders.utf8))),
        ]
        let input = Base64URL.encode(header.bytes()) + "." + Base64URL.encode(claims.bytes())
        return input + "." + Base64URL.encode(Array(try key.signature(for: Data(input.utf8))))
    }

    /// The contract's headers with meaning, in its order, as far as these calls send them.
    private var meaningfulHeaders: String {
        (contentType.map { "content-type:\($0)\n" } ?? "") + "x-request-id:\(requestID)\n"
    }

    private static func digest(_ bytes: [UInt8]) -> String { Base64URL.encode(Array(SHA256.hash(data: bytes))) }
}
