import WireFormat

/// JWS compact serialisation (RFC 7515 §7.1), as this service writes it.
enum SignedToken {
    /// `header.payload.signature` by `key`.
    static func sign(
        header: [String: JSONValue], payload: [String: JSONValue], with key: RSASigningKey
    ) throws(RSASigningKey.Failed) -> String {
        var header = header
        header["alg"] = "RS256"
        header["kid"] = .string(key.publicJWK.kid)
        let input =
            Base64URL.encode(JSONValue.object(header).bytes()) + "."
            + Base64URL.encode(JSONValue.object(payload).bytes())
        return input + "." + Base64URL.encode(try key.sign(input.utf8))
    }
}
