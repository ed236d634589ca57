public import HTTPTypes

extension HTTPField.Name {
    /// `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header).
    public static let idempotencyKey = known("Idempotency-Key")
    /// `X-Request-ID`.
    public static let requestID = known("X-Request-ID")
    /// `Service-Token`, DESIGN §4.
    public static let serviceToken = known("Service-Token")
    /// `RateLimit` (draft-ietf-httpapi-ratelimit-headers).
    public static let rateLimit = known("RateLimit")
    /// `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers).
    public static let rateLimitPolicy = known("RateLimit-Policy")

    private static func known(_ name: StaticString) -> HTTPField.Name {
        // INVARIANT: the names above are tokens (RFC 9110 §5.1); a test reads them all.
        guard let name = HTTPField.Name(String(describing: name)) else { preconditionFailure("no token") }
        return name
    }
}
