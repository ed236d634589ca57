public import HTTPTypes

/// What is left of a caller's quota, as `RateLimit` and `RateLimit-Policy` say it
/// (draft-ietf-httpapi-ratelimit-headers).
public struct RateLimit: Sendable, Hashable {
    /// The policy's name: letters, digits and hyphens.
    public let policy: StaticString
    /// Requests in a window.
    public let quota: Int
    /// The window in seconds.
    public let window: Int
    /// What is left.
    public let remaining: Int
    /// Seconds until the quota is whole again.
    public let reset: Int

    /// A quota and what is left of it.
    public init(policy: StaticString, quota: Int, window: Int, remaining: Int, reset: Int) {
        self.policy = policy
        self.quota = quota
        self.window = window
        self.remaining = max(0, remaining)
        self.reset = max(0, reset)
    }

    /// The two header fields.
    public var headers: HTTPFields {
        [
            .rateLimitPolicy: "\"\(policy)\";q=\(quota);w=\(window)",
            .rateLimit: "\"\(policy)\";r=\(remaining);t=\(reset)",
        ]
    }

    /// Whether less of this quota is left than of the other.
    public func isTighter(than other: RateLimit) -> Bool {
        remaining * max(1, other.quota) < other.remaining * max(1, quota)
    }

    /// The 429 problem of a quota that is used up.
    public var exceeded: Problem {
        var problem = Problem.tooManyRequests(retryAfter: max(1, reset))
        for field in headers { problem.headers[field.name] = field.value }
        return problem
    }

    /// Same policy and numbers.
    public static func == (left: RateLimit, right: RateLimit) -> Bool {
        left.headers == right.headers
    }

    /// By the header fields.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(headers)
    }
}
