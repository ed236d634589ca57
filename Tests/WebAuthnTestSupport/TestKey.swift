import CLibFido2

/// A key pair as an authenticator or its maker has one.
// INVARIANT: `key` is written once here and freed once in `deinit`; libcrypto allows concurrent use of one EVP_PKEY.
package final class TestKey: @unchecked Sendable {
    /// What kind of key.
    package enum Kind: Sendable, CaseIterable {
        /// P-256.
        case es256
        /// P-384, which nobody here takes.
        case es384
        /// Ed25519.
        case edDSA
        /// RSA of 2048 bits.
        case rs256
    }

    /// What kind of key it is.
    package let kind: Kind
    let key: OpaquePointer

    /// A fresh one.
    package init(_ kind: Kind) {
        self.kind = kind
        let type: Int32 =
            switch kind {
            case .es256, .es384: EVP_PKEY_EC
            case .edDSA: EVP_PKEY_ED25519
            case .rs256: EVP_PKEY_RSA
            }
        let context = EVP_PKEY_CTX_new_id(type, nil)
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        precondition(EVP_PKEY_keygen_init(context) == 1)
        switch kind {
        case .es256: precondition(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) == 1)
        case .es384: precondition(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_secp384r1) == 1)
        case .rs256: precondition(EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048) == 1)
        case .edDSA: break
        }
        guard EVP_PKEY_keygen(context, &key) == 1, let key else { preconditionFailure("no key") }
        self.key = key
    }

    deinit { EVP_PKEY_free(key) }

    /// The COSE algorithm.
    package var algorithm: Int64 {
        switch kind {
        case .es256: -7
        case .es384: -35
        case .edDSA: -8
        case .rs256: -257
        }
    }

    /// A signature.
    package func sign(_ message: [UInt8]) -> [UInt8] {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        let digest = kind == .edDSA ? nil : EVP_sha256()
        precondition(EVP_DigestSignInit(context, nil, digest, nil, key) == 1)
        var length = 0
        precondition(EVP_DigestSign(context, nil, &length, message, message.count) == 1)
        var signature = [UInt8](repeating: 0, count: length)
        precondition(EVP_DigestSign(context, &signature, &length, message, message.count) == 1)
        return Array(signature.prefix(length))
    }

    /// `04‖x‖y` of a key on a curve.
    package var point: [UInt8] {
        var point = [UInt8](repeating: 0, count: 133)
        var length = 0
        precondition(EVP_PKEY_get_octet_string_param(key, "pub", &point, point.count, &length) == 1)
        return Array(point.prefix(length))
    }

    /// The public key as COSE.
    package var cose: [UInt8] {
        switch kind {
        case .es256, .es384:
            let (point, size) = (point, (point.count - 1) / 2)
            return CBOR.map([
                (CBOR.int(1), CBOR.int(2)), (CBOR.int(3), CBOR.int(algorithm)),
                (CBOR.int(-1), CBOR.int(kind == .es256 ? 1 : 2)),
                (CBOR.int(-2), CBOR.bytes(Array(point[1...size]))),
                (CBOR.int(-3), CBOR.bytes(Array(point[(size + 1)...]))),
            ])
        case .edDSA:
            var raw = [UInt8](repeating: 0, count: 32)
            var length = raw.count
            precondition(EVP_PKEY_get_raw_public_key(key, &raw, &length) == 1)
            return CBOR.map([
                (CBOR.int(1), CBOR.int(1)), (CBOR.int(3), CBOR.int(algorithm)), (CBOR.int(-1), CBOR.int(6)),
                (CBOR.int(-2), CBOR.bytes(raw)),
            ])
        case .rs256:
            var number: OpaquePointer?
            precondition(EVP_PKEY_get_bn_param(key, "n", &number) == 1)
            defer { BN_free(number) }
            var modulus = [UInt8](repeating: 0, count: 256)
            precondition(BN_bn2binpad(number, &modulus, 256) == 256)
            return CBOR.map([
                (CBOR.int(1), CBOR.int(3)), (CBOR.int(3), CBOR.int(algorithm)), (CBOR.int(-1), CBOR.bytes(modulus)),
                (CBOR.int(-2), CBOR.bytes([1, 0, 1])),
            ])
        }
    }
}

/// Writes the CBOR of authenticators.
package enum CBOR {
    /// A map, in the order given.
    package static func map(_ members: [([UInt8], [UInt8])]) -> [UInt8] {
        head(5, members.count) + members.flatMap { $0 + $1 }
    }
    /// An array.
    package static func array(_ elements: [[UInt8]]) -> [UInt8] { head(4, elements.count) + elements.flatMap { $0 } }
    /// A text.
    package static func text(_ text: String) -> [UInt8] { head(3, text.utf8.count) + Array(text.utf8) }
    /// A byte string.
    package static func bytes(_ bytes: [UInt8]) -> [UInt8] { head(2, bytes.count) + bytes }
    /// A number.
    package static func int(_ number: Int64) -> [UInt8] {
        number < 0 ? head(1, Int(-1 - number)) : head(0, Int(number))
    }
    private static func head(_ major: UInt8, _ argument: Int) -> [UInt8] {
        switch argument {
        case ..<24: [major << 5 | UInt8(argument)]
        case ..<256: [major << 5 | 24, UInt8(argument)]
        default: [major << 5 | 25, UInt8(argument >> 8), UInt8(argument & 255)]
        }
    }
}
