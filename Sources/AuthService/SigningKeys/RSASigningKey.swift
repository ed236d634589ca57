import CLibCrypto
import Crypto
import IdentityClient
import WireFormat

/// An RSA key pair of this service, held and used by libcrypto's EVP: it signs in half the time of the packaged
/// alternative.
// INVARIANT: `key` is written once here and freed once in `deinit`. libcrypto allows concurrent use of one EVP_PKEY
// for signing: it is reference-counted and its lazily cached parts (blinding, Montgomery contexts) are guarded by
// its own locks (openssl-threads(7)); each signature has an EVP_MD_CTX of its own.
final class RSASigningKey: @unchecked Sendable {
    private let key: OpaquePointer

    /// libcrypto refused. Its error queue has no secrets, and is not shown to anybody either.
    struct Failed: Error, Sendable {
        let operation: StaticString
    }

    /// NIST SP 800-57: 112 bits of strength, good through 2030; keys live for months.
    static let standardBits = 2048

    /// Generates a key of `bits` (2048 or 3072); 2048 take some 50 ms.
    static func generate(bits: Int = standardBits) throws(Failed) -> RSASigningKey {
        guard let context = EVP_PKEY_CTX_new_from_name(nil, "RSA", nil) else { throw failure("context") }
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(bits)) == 1,
            EVP_PKEY_generate(context, &key) == 1, let key
        else { throw failure("generate") }
        return try RSASigningKey(owning: key)
    }

    /// Reads what ``privateDER()`` wrote.
    convenience init(privateDER: [UInt8]) throws(Failed) {
        let key = privateDER.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var cursor = buffer.baseAddress
            return d2i_PrivateKey(EVP_PKEY_RSA, nil, &cursor, buffer.count)
        }
        guard let key else { throw Self.failure("read") }
        try self.init(owning: key)
    }

    /// The public half, as a JWK with its thumbprint as `kid`.
    let publicJWK: RSAPublicJWK

    private init(owning key: OpaquePointer) throws(Failed) {
        guard let modulus = Self.number(key, OSSL_PKEY_PARAM_RSA_N),
            let exponent = Self.number(key, OSSL_PKEY_PARAM_RSA_E)
        else {
            EVP_PKEY_free(key)
            throw Self.failure("public key")
        }
        self.key = key
        publicJWK = RSAPublicJWK(modulus: modulus, exponent: exponent)
    }

    deinit {
        EVP_PKEY_free(key)
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §8.2) of `message`. About 0.4 ms of CPU, no waiting.
    func sign(_ message: some Collection<UInt8>) throws(Failed) -> [UInt8] {
        guard let context = EVP_MD_CTX_new() else { throw Self.failure("context") }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1 else { throw Self.failure("sign") }
        let message = Array(message)
        var length = publicJWK.modulus.count
        var signature = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSign(context, &signature, &length, message, message.count) == 1, length == signature.count
        else {
            throw Self.failure("sign")
        }
        return signature
    }

    /// The private key in DER (PKCS #1), to be sealed at once.
    func privateDER() throws(Failed) -> [UInt8] {
        let length = i2d_PrivateKey(key, nil)
        guard length > 0 else { throw Self.failure("write") }
        var bytes = [UInt8](repeating: 0, count: Int(length))
        let written = bytes.withUnsafeMutableBufferPointer { buffer -> Int32 in
            var cursor = buffer.baseAddress
            return i2d_PrivateKey(key, &cursor)
        }
        guard written == length else { throw Self.failure("write") }
        return bytes
    }

    private static func number(_ key: OpaquePointer, _ name: String) -> [UInt8]? {
        var number: OpaquePointer?
        guard EVP_PKEY_get_bn_param(key, name, &number) == 1, let number else { return nil }
        defer { BN_free(number) }
        var bytes = [UInt8](repeating: 0, count: (Int(BN_num_bits(number)) + 7) / 8)
        return BN_bn2bin(number, &bytes) == Int32(bytes.count) ? bytes : nil
    }

    private static func failure(_ operation: StaticString) -> Failed {
        // What stays in the thread's queue would be reported by the next user of it.
        ERR_clear_error()
        return Failed(operation: operation)
    }
}

/// A public RSA key as the JWKS shows it (RFC 7517, RFC 7518 §6.3.1).
struct RSAPublicJWK: Sendable, Hashable {
    /// Big-endian, without leading zeros.
    let modulus: [UInt8]
    /// Big-endian, without leading zeros.
    let exponent: [UInt8]
    /// RFC 7638 thumbprint: the name follows from the key, so that two keys never share one.
    let kid: String

    init(modulus: [UInt8], exponent: [UInt8]) {
        self.modulus = modulus
        self.exponent = exponent
        let members: JSONValue = [
            "e": .string(Base64URL.encode(exponent)), "kty": "RSA", "n": .string(Base64URL.encode(modulus)),
        ]
        kid = Base64URL.encode(Array(SHA256.hash(data: members.bytes())))
    }

    /// The entry of a JWK set.
    var wire: JSONValue {
        [
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": .string(kid),
            "n": .string(Base64URL.encode(modulus)), "e": .string(Base64URL.encode(exponent)),
        ]
    }

    /// Reads ``wire`` from the store; nil when it is something else.
    init?(wire: JSONValue) {
        guard let modulus = wire["n"]?.string.flatMap({ Base64URL.decode($0) }),
            let exponent = wire["e"]?.string.flatMap({ Base64URL.decode($0) })
        else { return nil }
        self.init(modulus: modulus, exponent: exponent)
    }

    /// The key that verifies.
    var verificationKey: RSAVerificationKey? { RSAVerificationKey(modulus: modulus, exponent: exponent) }
}
