/// The bounds of sealing.
public struct SealLimits: Sendable, Hashable {
    /// Bytes of one plain value. AES-GCM allows 2^36 − 32; a column value is far smaller, and an envelope is held whole
    /// in memory.
    public static let plainBytes = 1 << 20

    /// Values one process seals under one data key before it must be rotated. Every value has its own AES key from a
    /// random 256-bit salt, used with one nonce once, so NIST SP 800-38D's 2^32 messages for random nonces is a bound we
    /// are nowhere near needing; it is kept as the point at which a runaway loop is stopped.
    public var sealsPerKey: UInt64

    /// These bounds.
    public init(sealsPerKey: UInt64 = 1 << 32) {
        self.sealsPerKey = sealsPerKey
    }
}
