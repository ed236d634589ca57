/// What one instance takes on, so that a flood is refused and not collected.
public struct ServerLimits: Sendable, Hashable {
    /// The longest path and query: RFC 9110 §4.1 asks for 8,000 octets at least.
    static let maximumTargetLength = 8 << 10
    /// All header fields together: two tokens of some KiB fit many times.
    static let maximumHeaderBytes = 32 << 10
    /// One header field: an access token with many roles fits.
    static let maximumHeaderFieldBytes = 16 << 10
    /// The number of header fields; browsers send some twenty.
    static let maximumHeaderFields = 100
    /// What is read and thrown away of a body that was refused, so that the caller can read the answer.
    static let maximumDiscardedBytes = 4 << 20

    /// Requests that are worked on at once. Each holds at most a connection to the database and a call out.
    public var maximumInFlight = 256
    /// Requests that wait for a place. More would wait longer than their callers do.
    public var maximumQueued = 512
    /// The longest wait for a place; after it the caller gets a 503 problem.
    public var queueWait = Duration.seconds(2)
    /// Open connections to a listener; more stay in the kernel's queue.
    public var maximumConnections = 4096
    /// How long a connection may be idle. Longer than ``ServiceTransport``'s own limit, so that the client closes first.
    public var idleTimeout = Duration.seconds(60)
    /// How long a body may take to arrive; after it the connection is closed.
    public var bodyTimeout = Duration.seconds(15)
    /// The bodies that are held at once, in bytes; more get a 503 problem.
    public var bodyBudget = 64 << 20
    /// How long a shutdown waits for what is in flight.
    public var shutdownTimeout = Duration.seconds(25)

    /// The usual limits.
    public init() {}

    /// The usual limits.
    public static let standard = ServerLimits()
}
