import WireFormat

/// A client's proof of itself: a JWT that it signed (RFC 7523 §3, `private_key_jwt`). Read strictly; pure.
struct ClientAssertion: Sendable {
    /// Assertions have some 500 bytes; a P-256 signature and long URLs double that.
    static let longest = 4096
    /// A client makes one for each request; a longer life only helps a thief.
    static let longestLifetime: Duration = .seconds(300)
    /// As with every other token (contract §4).
    static let leeway: Duration = .seconds(5)
    /// Long enough for a UUID or a hash.
    static let longestID = 128

    let client: UUIDv7
    let jti: String
    let expires: Instant

    private let keyID: String
    private let algorithm: String
    private let signingInput: [UInt8]
    private let signature: [UInt8]

    /// Takes `compact` apart; nil for anything that is not an assertion of a client for one of `audiences`, in force at
    /// `now`. The signature is still to be verified.
    init?(_ compact: String, audiences: Set<String>, now: Instant) {
        guard compact.utf8.count <= Self.longest else { return nil }
        let parts = compact.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.object(parts[0]), let claims = Self.object(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { return nil }
        // `crit`, `jku`, `jwk`, `x5u` and everything unheard of are refused.
        guard Set(header.keys).isSubset(of: ["alg", "typ", "kid"]), let algorithm = header["alg"]?.string,
            ClientKeySet.algorithms.contains(algorithm), let keyID = header["kid"]?.string,
            ["JWT", "client-authentication+jwt", nil].contains(header["typ"]?.string)
        else { return nil }

        guard let issuer = claims["iss"]?.string, claims["sub"]?.string == issuer, let client = UUIDv7(issuer),
            let jti = claims["jti"]?.string, (1...Self.longestID).contains(jti.utf8.count),
            let expires = claims["exp"]?.integer.flatMap(Self.instant)
        else { return nil }
        let named: [String] =
            switch claims["aud"] {
            case .string(let one): [one]
            case .array(let several) where several.count == 1: several.compactMap(\.string)
            default: []
            }
        guard named.contains(where: audiences.contains) else { return nil }
        let issued = claims["iat"].map { $0.integer.flatMap(Self.instant) } ?? now
        let notBefore = claims["nbf"].map { $0.integer.flatMap(Self.instant) } ?? now
        guard let issued, let notBefore, now < expires.adding(Self.leeway),
            expires <= now.adding(Self.longestLifetime + Self.leeway), issued <= now.adding(Self.leeway),
            issued >= now.adding(.zero - Self.longestLifetime - Self.leeway), notBefore <= now.adding(Self.leeway)
        else { return nil }

        self.client = client
        self.jti = jti
        self.expires = expires
        self.keyID = keyID
        self.algorithm = algorithm
        self.signature = signature
        signingInput = Array(compact.utf8.prefix(parts[0].utf8.count + 1 + parts[1].utf8.count))
    }

    /// Whether one of the client's keys made it: the key of its `kid`, by that key's own algorithm.
    func isSigned(by keys: ClientKeySet) -> Bool {
        guard let key = keys.keys[keyID], key.algorithm == algorithm else { return false }
        return key.verifies(signature, of: signingInput)
    }

    private static func object(_ part: Substring) -> [String: JSONValue]? {
        Base64URL.decode(part).flatMap { try? JSONValue.parse($0) }?.object
    }

    /// A `NumericDate` of this millennium; anything else would overflow.
    private static func instant(_ seconds: Int64) -> Instant? {
        (0..<32_503_680_000).contains(seconds) ? Instant(seconds: seconds) : nil
    }
}
