import Crypto

/// How leaves and nodes are hashed: RFC 6962 §2.1 with SHA-256, kept by RFC 9162 §2.1.1. The prefixes keep a node from
/// being passed off as a leaf.
public enum MerkleHashing {
    private static let leafPrefix: [UInt8] = [0x00]
    private static let nodePrefix: [UInt8] = [0x01]

    /// The root of the tree without leaves: the hash of nothing.
    public static let emptyRoot = TreeHash(SHA256.hash(data: [UInt8]()))

    /// SHA-256(0x00 ‖ data).
    public static func leafHash(_ data: some Sequence<UInt8>) -> TreeHash {
        leafHash(Array(data))
    }

    /// SHA-256(0x00 ‖ data).
    public static func leafHash(_ data: [UInt8]) -> TreeHash {
        var hasher = SHA256()
        hasher.update(data: leafPrefix)
        hasher.update(data: data)
        return TreeHash(hasher.finalize())
    }

    /// The leaf hash of an event's commitment: SHA-256(0x00 ‖ commitment).
    public static func leafHash(_ commitment: TreeHash) -> TreeHash {
        var hasher = SHA256()
        hasher.update(data: leafPrefix)
        commitment.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        return TreeHash(hasher.finalize())
    }

    /// SHA-256(0x01 ‖ left ‖ right).
    public static func nodeHash(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
        var hasher = SHA256()
        hasher.update(data: nodePrefix)
        left.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        right.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        return TreeHash(hasher.finalize())
    }
}
