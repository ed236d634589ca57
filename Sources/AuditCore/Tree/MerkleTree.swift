/// A whole tree in memory: all its perfect subtrees, 64 bytes a leaf. For tools and tests; a service keeps a
/// `CompactRange` and stores the nodes that it completes.
public struct MerkleTree: Sendable {
    private var range = CompactRange()
    /// The hashes by level, then from left to right.
    private var levels: [[TreeHash]] = []

    /// The tree without leaves.
    public init() {}

    /// The tree over these leaf hashes.
    public init(leaves: some Sequence<TreeHash>) {
        for leaf in leaves { append(leaf) }
    }

    /// How many leaves there are.
    public var size: UInt64 { range.size }

    /// The root over all leaves.
    public var root: TreeHash { range.root }

    /// Adds a leaf hash.
    public mutating func append(_ leaf: TreeHash) {
        for node in range.append(leaf) {
            if levels.count == node.id.level { levels.append([]) }
            levels[node.id.level].append(node.hash)
        }
    }

    /// The root when there were `size` leaves.
    public func root(at size: UInt64) throws(ProofError) -> TreeHash {
        guard size > 0 else { return MerkleHashing.emptyRoot }
        return try ProofPlan(ranges: [0..<size]).resolve(hash)[0]
    }

    /// The proof that leaf `index` stands in the tree of the first `size` leaves.
    public func inclusionProof(index: UInt64, size: UInt64) throws(ProofError) -> InclusionProof {
        try InclusionProof(index: index, size: size, path: InclusionProof.plan(index: index, size: size).resolve(hash))
    }

    /// The proof that the tree of `to` leaves begins with the tree of `from`.
    public func consistencyProof(from: UInt64, to: UInt64) throws(ProofError) -> ConsistencyProof {
        try ConsistencyProof(from: from, to: to, path: ConsistencyProof.plan(from: from, to: to).resolve(hash))
    }

    private func hash(_ id: NodeID) -> TreeHash? {
        guard id.level < levels.count, id.index < levels[id.level].count else { return nil }
        return levels[id.level][Int(id.index)]
    }
}
