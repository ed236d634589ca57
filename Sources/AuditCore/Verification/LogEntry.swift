public import WireFormat

/// One leaf of a log with what is stored beside it.
public struct LogEntry: Sendable {
    /// The sequence number, from 0.
    public let index: UInt64
    /// The event's id, as the leaf's row has it.
    public let id: UUIDv7
    /// The commitment, as the leaf's row has it.
    public let commitment: TreeHash
    /// The event's canonical bytes and salt; nil once the body was erased or its retention ended.
    public let body: Body?
    /// The leaf hash that a store of tree nodes has for this index, when it is to be compared too: it names the very
    /// entry that was altered together with its commitment.
    public let storedLeaf: TreeHash?

    /// What a commitment is made of.
    public struct Body: Sendable {
        /// The commitment's salt.
        public let salt: EventSalt
        /// The event in canonical form, as stored.
        public let canonicalBytes: [UInt8]

        /// A stored body.
        public init(salt: EventSalt, canonicalBytes: [UInt8]) {
            self.salt = salt
            self.canonicalBytes = canonicalBytes
        }
    }

    /// An entry as it was read; nothing is checked before a `LogVerifier` reads it.
    public init(index: UInt64, id: UUIDv7, commitment: TreeHash, body: Body?, storedLeaf: TreeHash? = nil) {
        self.index = index
        self.id = id
        self.commitment = commitment
        self.body = body
        self.storedLeaf = storedLeaf
    }
}
