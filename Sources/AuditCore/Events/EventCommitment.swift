import Crypto

/// What the tree holds of an event: `SHA-256("bailiwick/event/v1" ‖ salt ‖ canonical bytes)`. The label keeps the digest
/// from meaning anything elsewhere; the salt has a fixed length, so the input reads in one way only.
public enum EventCommitment {
    private static let label = Array("bailiwick/event/v1".utf8)

    /// The commitment to an event's canonical bytes. The tree's leaf is `MerkleHashing.leafHash(commitment)`.
    public static func commit(salt: EventSalt, canonicalBytes: [UInt8]) -> TreeHash {
        var hasher = SHA256()
        hasher.update(data: label)
        hasher.update(data: salt.bytes)
        hasher.update(data: canonicalBytes)
        return TreeHash(hasher.finalize())
    }
}
