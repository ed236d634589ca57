/// A credential's public key in COSE_Key form (RFC 9052 §7), checked for shape; whether the point is on its curve is
/// checked by the verifying library.
package struct CredentialPublicKey: Sendable, Hashable {
    /// The bytes as the authenticator wrote them; what is stored.
    package let cose: [UInt8]
    /// The algorithm.
    package let algorithm: COSEAlgorithm
    /// The key in the form that libfido2 takes: `x‖y` (64 bytes), `x` (32), or `n‖e` (256 and 3).
    let raw: [UInt8]

    /// Reads a stored key.
    package init(cose: [UInt8]) throws(WebAuthnError) {
        let value: CBORValue
        do {
            value = try CBORReader.value(of: cose)
        } catch {
            throw WebAuthnError(.authenticatorData, "the public key: \(error)")
        }
        try self.init(value, cose: cose)
    }

    /// The key in `value`, whose bytes are `cose`.
    ///
    /// - Throws: ``WebAuthnError/Code/algorithm`` when it is no key of ours.
    init(_ value: CBORValue, cose: [UInt8]) throws(WebAuthnError) {
        guard let number = value[3]?.integer, let algorithm = COSEAlgorithm(rawValue: number) else {
            throw WebAuthnError(.algorithm, "the key's algorithm was not offered")
        }
        self.cose = cose
        self.algorithm = algorithm
        let wrong = WebAuthnError(.algorithm, "the key does not fit its algorithm")
        switch algorithm {
        case .es256:
            guard value[1] == .integer(2), value[-1] == .integer(1), let x = value[-2]?.bytes, x.count == 32,
                let y = value[-3]?.bytes, y.count == 32
            else { throw wrong }
            raw = x + y
        case .edDSA:
            guard value[1] == .integer(1), value[-1] == .integer(6), let x = value[-2]?.bytes, x.count == 32 else {
                throw wrong
            }
            raw = x
        case .rs256:
            // 2048 bits with the top bit set, and an exponent of three bytes: all that libfido2 and TPMs know.
            guard value[1] == .integer(3), let n = value[-1]?.bytes, n.count == 256, n[0] & 0x80 != 0,
                let e = value[-2]?.bytes, e == [1, 0, 1]
            else { throw wrong }
            raw = n + e
        }
    }
}
