import CLibCrypto
import WireFormat

/// Issues access tokens as AuthService does, and every broken variety of them: header, claims and signature are free.
// INVARIANT: the key is made once and only used for signing, which libcrypto allows from several threads.
struct TokenIssuer: @unchecked Sendable {
    private let key: OpaquePointer
    let keyID: String
    let issuer: String

    init(keyID: String = "key-1", issuer: String = "https://auth.example", bits: UInt32 = 2048) {
        key = generatedKey(bits)
        self.keyID = keyID
        self.issuer = issuer
    }

    var modulus: [UInt8] { parameter(OSSL_PKEY_PARAM_RSA_N) }
    var exponent: [UInt8] { parameter(OSSL_PKEY_PARAM_RSA_E) }

    var jwk: JSONValue {
        [
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": .string(keyID),
            "n": .string(Base64URL.encode(modulus)), "e": .string(Base64URL.encode(exponent)),
        ]
    }

    var header: [String: JSONValue] { ["alg": "RS256", "typ": "at+jwt", "kid": .string(keyID)] }

    func claims(
        tenant: TenantID = TenantID(.generate()), subject: UUIDv7 = .generate(), session: UUIDv7 = .generate(),
        roles: [String] = ["employee"], employee: UUIDv7? = nil, amr: [String] = ["pwd", "otp"],
        issuedAt: Instant = .now(), lifetime: Int64 = 600
    ) -> [String: JSONValue] {
        var claims: [String: JSONValue] = [
            "iss": .string(issuer), "aud": ["bailiwick"], "sub": subject.wire, "tenant": tenant.wire,
            "client_id": "bailiwick-web", "jti": .string(UUIDv7.generate().text), "sid": session.wire,
            "roles": JSONValue(roles), "amr": JSONValue(amr), "auth_time": .integer(issuedAt.seconds),
            "iat": .double(Double(issuedAt.microseconds) / 1_000_000), "exp": .integer(issuedAt.seconds + lifetime),
        ]
        if let employee { claims["emp"] = employee.wire }
        return claims
    }

    func token(_ claims: [String: JSONValue], header: [String: JSONValue]? = nil) -> String {
        token(header: JSONValue.object(header ?? self.header).bytes(), payload: JSONValue.object(claims).bytes())
    }

    func token(header: [UInt8], payload: [UInt8]) -> String {
        let input = Base64URL.encode(header) + "." + Base64URL.encode(payload)
        return input + "." + Base64URL.encode(sign(Array(input.utf8)))
    }

    func sign(_ message: [UInt8]) -> [UInt8] {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key)
        var length = Int(EVP_PKEY_get_size(key))
        var signature = [UInt8](repeating: 0, count: length)
        EVP_DigestSign(context, &signature, &length, message, message.count)
        return Array(signature.prefix(length))
    }

    private func parameter(_ name: String) -> [UInt8] {
        var number: OpaquePointer?
        EVP_PKEY_get_bn_param(key, name, &number)
        defer { BN_free(number) }
        var bytes = [UInt8](repeating: 0, count: (Int(BN_num_bits(number)) + 7) / 8)
        BN_bn2bin(number, &bytes)
        return bytes
    }
}

private func generatedKey(_ bits: UInt32) -> OpaquePointer {
    let context = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, nil)
    defer { EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    EVP_PKEY_keygen_init(context)
    EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(bits))
    EVP_PKEY_keygen(context, &key)
    guard let key else { preconditionFailure("libcrypto makes no RSA key of \(bits) bits") }
    return key
}
