/// The place of a perfect subtree: `level` 0 is the leaves, and subtree `index` at `level` covers the leaves from
/// `index << level` on, `1 << level` of them. Its hash never changes once all its leaves are there, so it can be stored.
public struct NodeID: Sendable, Hashable, Comparable {
    /// Height of the subtree; 0 for a leaf.
    public let level: Int
    /// Position among the subtrees of the same height.
    public let index: UInt64

    /// The subtree at this place.
    public init(level: Int, index: UInt64) {
        self.level = level
        self.index = index
    }

    /// The leaves below, as a half-open range.
    public var leaves: Range<UInt64> { (index << UInt64(level))..<((index + 1) << UInt64(level)) }

    /// By level, then from left to right.
    public static func < (a: NodeID, b: NodeID) -> Bool {
        (a.level, a.index) < (b.level, b.index)
    }

    /// The fewest perfect subtrees that cover `range`, from left to right. The range begins at 0 or where a subtree of
    /// at least its size begins, as every range in RFC 6962's proofs does.
    static func covering(_ range: Range<UInt64>) -> [NodeID] {
        var nodes: [NodeID] = []
        var start = range.lowerBound
        var left = range.upperBound - range.lowerBound
        while left > 0 {
            let level = 63 - left.leadingZeroBitCount
            nodes.append(NodeID(level: level, index: start >> UInt64(level)))
            start += 1 << UInt64(level)
            left -= 1 << UInt64(level)
        }
        return nodes
    }
}

/// A perfect subtree together with its hash.
public struct TreeNode: Sendable, Hashable {
    /// Where it stands.
    public let id: NodeID
    /// The hash over its leaves.
    public let hash: TreeHash

    /// A node with its hash.
    public init(id: NodeID, hash: TreeHash) {
        self.id = id
        self.hash = hash
    }
}
