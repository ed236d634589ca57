import CLibCrypto

// INVARIANT: `key` is written once and freed once. libcrypto allows concurrent use of one EVP_PKEY for verification: it
// is reference-counted, and what it caches is behind its own locks (openssl-threads(7)). Every verification has its own
// EVP_MD_CTX.
/// One public RSA key of AuthService, ready to verify RS256 signatures with libcrypto.
///
/// Verifying takes about 25 µs and no lock, so it stays on the caller's thread.
public final class RSAVerificationKey: @unchecked Sendable {
    private let key: OpaquePointer

    /// The length in bytes of every signature made with this key.
    public let modulusBytes: Int

    /// RFC 7518 §3.3: RS256 keys have 2048 bits or more.
    public static let smallestModulusBits = 2048
    /// Verification grows with the square of the modulus; a larger key is a mistake or an attack.
    public static let largestModulusBits = 4096
    /// The one public exponent that AuthService uses (F4, 65537). Small ones invite forgery on sloppy padding, huge ones cost.
    public static let publicExponent: [UInt8] = [0x01, 0x00, 0x01]

    /// Makes a key from a JWK's `n` and `e` (big-endian, no leading zero); nil when a limit is not met.
    public init?(modulus: [UInt8], exponent: [UInt8]) {
        guard exponent == Self.publicExponent, let first = modulus.first, first != 0, let last = modulus.last,
            last & 1 == 1
        else { return nil }
        let bits = modulus.count * 8 - first.leadingZeroBitCount
        guard bits >= Self.smallestModulusBits, bits <= Self.largestModulusBits else { return nil }

        // PKCS #1 RSAPublicKey (RFC 8017 A.1.1): the shortest way into an EVP_PKEY.
        let body = DER.integer(modulus) + DER.integer(exponent)
        let encoded = [0x30] + DER.length(body.count) + body
        let decoded = encoded.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var cursor = buffer.baseAddress
            return d2i_PublicKey(EVP_PKEY_RSA, nil, &cursor, buffer.count)
        }
        guard let decoded else {
            ERR_clear_error()
            return nil
        }
        self.key = decoded
        self.modulusBytes = modulus.count
    }

    deinit {
        EVP_PKEY_free(key)
    }

    /// Whether `signature` is an RSASSA-PKCS1-v1_5 SHA-256 signature of `message` by this key.
    public func verifies(signature: [UInt8], of message: some Collection<UInt8>) -> Bool {
        guard signature.count == modulusBytes, let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1 else {
            ERR_clear_error()
            return false
        }
        let contiguous = message.withContiguousStorageIfAvailable { verify(context, signature, $0) }
        let valid = contiguous ?? Array(message).withUnsafeBufferPointer { verify(context, signature, $0) }
        // A failed verification leaves entries in the thread's error queue that a later call would report as its own.
        if !valid { ERR_clear_error() }
        return valid
    }

    private func verify(
        _ context: OpaquePointer, _ signature: [UInt8], _ message: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        EVP_DigestVerify(context, signature, signature.count, message.baseAddress, message.count) == 1
    }
}

/// The three DER forms that an RSAPublicKey needs (X.690 §8.1.3, §8.3).
private enum DER {
    static func length(_ count: Int) -> [UInt8] {
        if count < 0x80 { return [UInt8(count)] }
        var digits: [UInt8] = []
        var rest = count
        while rest > 0 {
            digits.insert(UInt8(rest & 0xff), at: 0)
            rest >>= 8
        }
        return [0x80 | UInt8(digits.count)] + digits
    }

    static func integer(_ magnitude: [UInt8]) -> [UInt8] {
        // A set top bit would make it negative.
        let content = (magnitude.first ?? 0) >= 0x80 ? [0] + magnitude : magnitude
        return [0x02] + length(content.count) + content
    }
}
