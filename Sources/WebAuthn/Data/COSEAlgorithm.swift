/// The signature algorithms that are offered and taken (IANA COSE Algorithms), in the order of preference: Chromium
/// takes the first that the authenticator has.
package enum COSEAlgorithm: Int64, Sendable, Hashable, CaseIterable {
    /// ECDSA with P-256 and SHA-256.
    case es256 = -7
    /// Ed25519.
    case edDSA = -8
    /// RSASSA-PKCS1-v1_5 with SHA-256, 2048 bits: what Windows Hello on a TPM has.
    case rs256 = -257
}
