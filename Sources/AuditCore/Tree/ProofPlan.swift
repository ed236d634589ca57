/// The perfect subtrees whose hashes make a proof. A store fetches `nodes` in one query and gives them to `resolve`.
public struct ProofPlan: Sendable, Hashable {
    private let covers: [[NodeID]]

    init(ranges: [Range<UInt64>]) {
        covers = ranges.map(NodeID.covering)
    }

    /// All the nodes to fetch, at most about 2·log₂ of the tree's size.
    public var nodes: [NodeID] { covers.flatMap { $0 } }

    /// The proof's hashes. A range that is not yet one perfect subtree is hashed together from its parts here.
    public func resolve(_ hash: (NodeID) -> TreeHash?) throws(ProofError) -> [TreeHash] {
        var path: [TreeHash] = []
        path.reserveCapacity(covers.count)
        for cover in covers {
            var joined: TreeHash?
            for id in cover.reversed() {
                guard let found = hash(id) else {
                    throw ProofError(.nodeMissing, "node \(id.index) of level \(id.level) is not in the store")
                }
                joined = joined.map { MerkleHashing.nodeHash(found, $0) } ?? found
            }
            if let joined { path.append(joined) }
        }
        return path
    }
}
