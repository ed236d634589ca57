/// Why a call to another service gave no answer that can be believed.
public struct ServiceCallError: Error, Sendable, Hashable, CustomStringConvertible, ProblemConvertible {
    /// The kind of failure. A struct, so that a new kind breaks nobody.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The kind's name in logs.
        public let description: String

        /// No connection, or it broke before an answer came.
        public static let unreachable = Code(description: "unreachable")
        /// No answer before the deadline.
        public static let timedOut = Code(description: "timed-out")
        /// The circuit breaker is open: the callee failed too often just now, and was not asked.
        public static let circuitOpen = Code(description: "circuit-open")
        /// An answer came, and its token is missing or does not verify: it is not believed.
        public static let unverified = Code(description: "unverified")
        /// The callee did not accept our service token (an unsigned 401).
        public static let refused = Code(description: "refused")
        /// The answer is longer than an internal answer may be, or is not JSON.
        public static let unreadable = Code(description: "unreadable")
        /// The call itself was wrong: a path that is not a URI, a repeated header field.
        public static let invalidCall = Code(description: "invalid-call")
        /// The calling task was cancelled.
        public static let cancelled = Code(description: "cancelled")
    }

    /// The kind of failure.
    public let code: Code
    /// Whom we called.
    public let callee: ServiceName
    /// The cause, for the log.
    public let detail: String

    /// A failure.
    public init(_ code: Code, callee: ServiceName, detail: String) {
        self.code = code
        self.callee = callee
        self.detail = detail
    }

    /// For the log.
    public var description: String { "call to \(callee) failed (\(code)): \(detail)" }

    /// 503: without a believable answer nothing is decided, read or changed (DESIGN §2).
    public var problem: Problem {
        .unavailable("dependency-unavailable", detail: "a part of the service does not answer: `\(callee)`")
    }
}
