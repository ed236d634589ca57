/// The state needed to append to a tree and to know its root: the hashes of the perfect subtrees that cover its leaves,
/// largest first, one for each bit set in `size`. At most 64 hashes whatever the size.
public struct CompactRange: Sendable, Hashable {
    /// How many leaves there are.
    public private(set) var size: UInt64
    /// The hashes of the perfect subtrees, from the left.
    public private(set) var peaks: [TreeHash]

    /// The tree without leaves.
    public init() {
        size = 0
        peaks = []
    }

    /// A state that was stored; nil when the number of peaks does not belong to the size.
    public init?(size: UInt64, peaks: [TreeHash]) {
        guard peaks.count == size.nonzeroBitCount else { return nil }
        self.size = size
        self.peaks = peaks
    }

    /// The places of `peaks`: what to read from a store of nodes to resume at `size`.
    public static func peakIDs(size: UInt64) -> [NodeID] { NodeID.covering(0..<size) }

    /// Adds a leaf hash. Answers the nodes that are now complete, the leaf first: what a store of nodes keeps.
    @discardableResult
    public mutating func append(_ leaf: TreeHash) -> [TreeNode] {
        var completed = [TreeNode(id: NodeID(level: 0, index: size), hash: leaf)]
        merge(leaf) { completed.append($0) }
        return completed
    }

    /// Adds a leaf hash without collecting the nodes: what a verifier does millions of times.
    public mutating func extend(_ leaf: TreeHash) {
        merge(leaf) { _ in }
    }

    /// The root (RFC 6962 §2.1, `MTH`).
    public var root: TreeHash {
        guard var root = peaks.last else { return MerkleHashing.emptyRoot }
        for peak in peaks.dropLast().reversed() { root = MerkleHashing.nodeHash(peak, root) }
        return root
    }

    /// INVARIANT: `peaks.count == size.nonzeroBitCount`. Adding one to `size` carries through its trailing ones, and each
    /// carry joins two peaks of equal height.
    private mutating func merge(_ leaf: TreeHash, _ completed: (TreeNode) -> Void) {
        var hash = leaf
        var level = 0
        while size >> UInt64(level) & 1 == 1 {
            hash = MerkleHashing.nodeHash(peaks.removeLast(), hash)
            level += 1
            completed(TreeNode(id: NodeID(level: level, index: size >> UInt64(level)), hash: hash))
        }
        peaks.append(hash)
        size += 1
    }
}
