public import WireFormat

/// The keys with which AuthService signs access tokens at present: a parsed and judged JWK set (RFC 7517 §5).
public struct SigningKeySet: Sendable {
    /// The keys by `kid`.
    public let keys: [String: RSAVerificationKey]

    /// Rotation needs two, a slow roll-over three; more is a runaway rotation or somebody else's document.
    static let mostKeys = 16
    /// Long enough for a thumbprint (RFC 7638) with a prefix.
    static let longestKeyID = 128

    /// Why a key set is not believed.
    public struct Rejection: Error, Sendable, CustomStringConvertible {
        /// One sentence in lower case.
        public let description: String
    }

    /// No keys.
    public init() {
        keys = [:]
    }

    /// Reads a JWK set.
    ///
    /// The whole set is refused for one bad key: a set that AuthService did not mean is not a set to trust in part.
    public init(wire: JSONValue) throws(Rejection) {
        guard let list = wire["keys"]?.array else { throw Rejection(description: "no array `keys`") }
        guard !list.isEmpty else { throw Rejection(description: "no key") }
        guard list.count <= Self.mostKeys else {
            throw Rejection(description: "\(list.count) keys, at most \(Self.mostKeys) are accepted")
        }
        var keys: [String: RSAVerificationKey] = [:]
        for (index, entry) in list.enumerated() {
            guard let kid = entry["kid"]?.string, !kid.isEmpty, kid.utf8.count <= Self.longestKeyID else {
                throw Rejection(description: "key \(index) has no usable `kid`")
            }
            guard entry["kty"]?.string == "RSA", entry["alg"]?.string == "RS256", entry["use"]?.string == "sig" else {
                throw Rejection(description: "key \(index) is not an RSA key for RS256 signatures")
            }
            guard entry["d"] == nil else { throw Rejection(description: "key \(index) is a private key") }
            guard let n = entry["n"]?.string.flatMap({ Base64URL.decode($0) }),
                let e = entry["e"]?.string.flatMap({ Base64URL.decode($0) }),
                let key = RSAVerificationKey(modulus: n, exponent: e)
            else {
                throw Rejection(description: "key \(index) is outside the accepted sizes or exponent")
            }
            guard keys.updateValue(key, forKey: kid) == nil else {
                throw Rejection(description: "two keys share one `kid`")
            }
        }
        self.keys = keys
    }
}
