import AuditCore
import Testing

/// Every proof of every tree up to a size is altered in every way below; none may verify.
@Suite struct ProofAttackTests {
    static let sizes = Array(1...24)

    @Test(arguments: sizes) func noAlteredInclusionProofVerifies(size: Int) throws {
        let leaves = (0..<size).map(numberedLeaf)
        let tree = MerkleTree(leaves: leaves)
        for index in leaves.indices {
            let proof = try tree.inclusionProof(index: UInt64(index), size: UInt64(size))
            for altered in alterations(of: proof.path) {
                refused(InclusionProof(index: proof.index, size: proof.size, path: altered), leaves[index], tree.root)
            }
            for other in leaves.indices where other != index {
                refused(
                    InclusionProof(index: UInt64(other), size: proof.size, path: proof.path), leaves[index], tree.root)
                refused(proof, leaves[other], tree.root)
            }
            refused(InclusionProof(index: UInt64(size), size: proof.size, path: proof.path), leaves[index], tree.root)
            refused(proof, altered(leaves[index]), tree.root)
            refused(proof, leaves[index], altered(tree.root))
        }
    }

    @Test(arguments: sizes) func noAlteredConsistencyProofVerifies(size: Int) throws {
        let tree = MerkleTree(leaves: (0..<size).map(numberedLeaf))
        for from in 0...size {
            let oldRoot = try tree.root(at: UInt64(from))
            let proof = try tree.consistencyProof(from: UInt64(from), to: UInt64(size))
            for altered in alterations(of: proof.path) {
                refused(ConsistencyProof(from: proof.from, to: proof.to, path: altered), oldRoot, tree.root)
            }
            for other in 0...size where other != from {
                refused(ConsistencyProof(from: UInt64(other), to: proof.to, path: proof.path), oldRoot, tree.root)
            }
            refused(ConsistencyProof(from: proof.to + 1, to: proof.to, path: proof.path), oldRoot, tree.root)
            refused(proof, altered(oldRoot), tree.root)
            if from > 0 { refused(proof, oldRoot, altered(tree.root)) }
        }
    }

    @Test func aRewrittenHistoryHasNoConsistencyProof() throws {
        let honest = MerkleTree(leaves: (0..<20).map(numberedLeaf))
        let forged = MerkleTree(leaves: (0..<30).map { numberedLeaf($0 == 7 ? 700 : $0) })
        let proof = try forged.consistencyProof(from: 20, to: 30)
        #expect(throws: ProofError.self) { try proof.verify(oldRoot: honest.root, newRoot: forged.root) }
    }

    @Test func absurdSizesAreRefusedWithoutWork() {
        let proof = InclusionProof(index: .max - 1, size: .max, path: [numberedLeaf(0)])
        #expect(throws: ProofError.self) { try proof.verify(leaf: numberedLeaf(1), root: numberedLeaf(2)) }
        let consistency = ConsistencyProof(from: .max - 1, to: .max, path: [numberedLeaf(0)])
        #expect(throws: ProofError.self) { try consistency.verify(oldRoot: numberedLeaf(1), newRoot: numberedLeaf(2)) }
        #expect(throws: ProofError.self) { try InclusionProof.plan(index: 0, size: 0) }
        #expect(throws: ProofError.self) { try ConsistencyProof.plan(from: 2, to: 1) }
    }

    private func refused(_ proof: InclusionProof, _ leaf: TreeHash, _ root: TreeHash) {
        #expect(throws: ProofError.self) { try proof.verify(leaf: leaf, root: root) }
    }

    private func refused(_ proof: ConsistencyProof, _ oldRoot: TreeHash, _ newRoot: TreeHash) {
        #expect(throws: ProofError.self) { try proof.verify(oldRoot: oldRoot, newRoot: newRoot) }
    }

    /// A bit flipped in each hash, each hash removed, doubled, exchanged with its neighbour, and one added at each end.
    private func alterations(of path: [TreeHash]) -> [[TreeHash]] {
        var altered: [[TreeHash]] = [path + [numberedLeaf(99)], [numberedLeaf(99)] + path]
        for place in path.indices {
            var flipped = path
            flipped[place] = self.altered(path[place])
            var removed = path
            removed.remove(at: place)
            var doubled = path
            doubled.insert(path[place], at: place)
            altered += [flipped, removed, doubled]
            if place > 0 {
                var exchanged = path
                exchanged.swapAt(place - 1, place)
                altered.append(exchanged)
            }
        }
        return altered
    }

    private func altered(_ hash: TreeHash) -> TreeHash {
        var bytes = hash.bytes
        bytes[17] ^= 0x10
        return TreeHash(bytes: bytes) ?? hash
    }
}
