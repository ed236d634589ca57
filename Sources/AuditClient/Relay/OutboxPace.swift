/// How fast and how much the relay works. The defaults are for production; tests shorten the waits.
public struct OutboxPace: Sendable {
    /// How long the relay sleeps when it found nothing. A poll and not `LISTEN`/`NOTIFY`: a notification takes a lock
    /// on the whole database at every commit, and every read of sensitive data commits one; a poll is one index probe.
    public var idle: Duration = .milliseconds(100)
    /// The first wait after a failed delivery; doubled at each further one.
    public var firstBackOff: Duration = .milliseconds(100)
    /// The longest wait: a receiver that is back is noticed within this.
    public var longestBackOff: Duration = .seconds(2)
    /// How many (tenant, topic) pairs are looked at in one turn: bounds the memory of a turn.
    public var pairsPerTurn = 256
    /// How many batches of one pair go out before the others have their turn again.
    public var batchesPerPair = 8
    /// How many pairs are delivered at a time. Each holds a database connection while it waits for the receiver.
    public var concurrency = 2
    /// The most bytes of payload in one batch: with its envelope it stays under the 1 MiB that a JSON body may have.
    public var batchBytes = 786_432

    /// The defaults.
    public init() {}
}
