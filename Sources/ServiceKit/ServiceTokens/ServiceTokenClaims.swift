import WireFormat

/// The claims of a service token (DESIGN §4) as text, in both directions.
enum ServiceTokenClaims {
    /// How long our own tokens live: a retry and 5 s of skew fit, and the memory of `jti`s stays small.
    static let lifetime = Duration.seconds(15)
    /// The longest life that is accepted (DESIGN §4).
    static let longestLifetime = Duration.seconds(30)
    /// How far two clocks may differ (DESIGN §4).
    static let skew = Duration.seconds(5)

    /// What a request's token binds.
    struct Request: Equatable {
        let method: String
        let target: String
        let bodyDigest: String
        let headerDigest: String
    }

    /// What a response's token binds.
    struct Response: Equatable {
        let requestIdentifier: String
        let status: Int
        let bodyDigest: String
        let headerDigest: String
    }

    /// Everything that both directions have.
    struct Common {
        let issuer: String
        let audience: String
        let issuedAt: Instant
        let expires: Instant
        let identifier: String
    }

    /// A `NumericDate` with microseconds (RFC 7519 §2): whole seconds would not tell a token that was issued just
    /// before an instance started from one issued just after.
    static func numericDate(_ instant: Instant) -> String {
        let fraction = String(instant.microseconds % 1_000_000)
        return "\(instant.microseconds / 1_000_000)." + String(repeating: "0", count: 6 - fraction.utf8.count)
            + fraction
    }

    /// Reads a `NumericDate` between the years 1970 and 2255; a double holds those to the microsecond.
    static func instant(_ value: JSONValue?) -> Instant? {
        guard let seconds = value?.double, seconds >= 0, seconds < 9_007_199_254 else { return nil }
        return Instant(microseconds: Int64((seconds * 1_000_000).rounded()))
    }

    /// The 128 bits of a `jti`, in base64url.
    static func identifier(_ text: String) -> UInt128? {
        guard text.utf8.count == 22, let bytes = Base64URL.decode(text), bytes.count == 16 else { return nil }
        return bytes.reduce(0) { $0 << 8 | UInt128($1) }
    }

    static func newIdentifier() -> String {
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        for _ in 0..<2 {
            withUnsafeBytes(of: generator.next() as UInt64) { bytes.append(contentsOf: $0) }
        }
        return Base64URL.encode(bytes)
    }
}
