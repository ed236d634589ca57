import WireFormat

/// A JWS in compact form (RFC 7515 §7.1) whose header has been judged; its signature has not been verified yet.
struct CompactToken: Sendable {
    /// The key that the header names.
    let keyID: String
    /// The claims, still unverified.
    let payload: JSONValue
    /// What was signed: the first two parts as received.
    let signingInput: [UInt8]
    /// The signature's bytes.
    let signature: [UInt8]

    /// Our access tokens have about 900 bytes; a deep `act` chain and many roles triple that.
    static let longest = 8192
    /// RFC 7518 §3.1; the only algorithm of access tokens. `none` and confusion with HMAC end here.
    static let algorithm = "RS256"
    /// RFC 9068 §2.1.
    static let type = "at+jwt"
    /// `crit`, `jku`, `jwk`, `x5c`, `b64`, `zip` and everything unheard of are refused: a header that we would have to
    /// obey or to ignore is not one that AuthService writes.
    private static let headerNames: Set<String> = ["alg", "typ", "kid"]

    /// Takes `compact` apart; throws for everything but the one spelling that AuthService issues.
    init(_ compact: String) throws(TokenRejection) {
        guard compact.utf8.count <= Self.longest else { throw .malformed("it is longer than \(Self.longest) bytes") }
        let parts = compact.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed("it does not have three parts") }
        guard let header = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { throw .malformed("a part is not canonical base64url") }

        guard let fields = Self.object(header) else { throw .malformed("its header is not a strict JSON object") }
        try Self.judge(fields)
        guard let keyID = fields["kid"]?.string else { throw .malformed("its header has no `kid`") }
        guard let claims = Self.object(payload) else { throw .malformed("its payload is not a strict JSON object") }
        self.keyID = keyID
        self.payload = .object(claims)
        self.signingInput = Array(compact.utf8.prefix(parts[0].utf8.count + 1 + parts[1].utf8.count))
        self.signature = signature
    }

    private static func judge(_ header: [String: JSONValue]) throws(TokenRejection) {
        guard header["alg"]?.string == algorithm else { throw .malformed("its `alg` is not \(algorithm)") }
        guard header["typ"]?.string == type else { throw .malformed("its `typ` is not \(type)") }
        if let unexpected = header.keys.filter({ !headerNames.contains($0) }).min() {
            throw .malformed("its header has the parameter `\(unexpected.prefix(32))`")
        }
    }

    private static func object(_ bytes: [UInt8]) -> [String: JSONValue]? {
        (try? JSONValue.parse(bytes))?.object
    }
}
