/// Shows that a tree is an earlier tree with leaves appended, and nothing else (RFC 6962 §2.1.2, `PROOF`).
public struct ConsistencyProof: Sendable, Hashable {
    /// The size of the earlier tree.
    public let from: UInt64
    /// The size of the later tree.
    public let to: UInt64
    /// The hashes, in RFC 6962's order. None when the sizes are equal or `from` is 0.
    public let path: [TreeHash]

    /// A proof as it was received; nothing is checked before `verify`.
    public init(from: UInt64, to: UInt64, path: [TreeHash]) {
        self.from = from
        self.to = to
        self.path = path
    }

    /// Checks by RFC 9162 §2.1.4.2 that the tree of `to` leaves with `newRoot` begins with the tree of `from` leaves with
    /// `oldRoot`. The tree without leaves begins every tree, by an empty proof.
    public func verify(oldRoot: TreeHash, newRoot: TreeHash) throws(ProofError) {
        guard from <= to else { throw ProofError(.sizesReversed, "a tree of \(from) is not within one of \(to)") }
        if from == 0 || from == to { return try verifyTrivial(oldRoot: oldRoot, newRoot: newRoot) }

        // A tree whose size is a power of two is itself the first node of the path.
        var nodes = path[...]
        var hash = oldRoot
        if from.nonzeroBitCount != 1 {
            guard let first = nodes.popFirst() else { throw wrongLength("short") }
            hash = first
        }
        var oldHash = hash
        var fn = from - 1
        var sn = to - 1
        while fn & 1 == 1 {
            fn >>= 1
            sn >>= 1
        }
        for node in nodes {
            guard sn > 0 else { throw wrongLength("long") }
            if fn & 1 == 1 || fn == sn {
                oldHash = MerkleHashing.nodeHash(node, oldHash)
                hash = MerkleHashing.nodeHash(node, hash)
                while fn & 1 == 0 && fn != 0 {
                    fn >>= 1
                    sn >>= 1
                }
            } else {
                hash = MerkleHashing.nodeHash(hash, node)
            }
            fn >>= 1
            sn >>= 1
        }
        guard sn == 0 else { throw wrongLength("short") }
        guard oldHash == oldRoot else {
            throw ProofError(.oldRootMismatch, "the consistency proof leads to another root for size \(from)")
        }
        guard hash == newRoot else {
            throw ProofError(.rootMismatch, "the consistency proof leads to another root for size \(to)")
        }
    }

    private func verifyTrivial(oldRoot: TreeHash, newRoot: TreeHash) throws(ProofError) {
        guard path.isEmpty else { throw wrongLength("long") }
        if from == 0 && oldRoot != MerkleHashing.emptyRoot {
            throw ProofError(.oldRootMismatch, "the root for size 0 is not the hash of nothing")
        }
        if from == to && oldRoot != newRoot {
            throw ProofError(.rootMismatch, "two roots for the same size \(to)")
        }
    }

    private func wrongLength(_ word: String) -> ProofError {
        ProofError(.wrongLength, "the consistency proof from \(from) to \(to) is too \(word)")
    }
}

extension ConsistencyProof {
    /// What to fetch for the proof that the tree of `to` begins with the tree of `from`.
    public static func plan(from: UInt64, to: UInt64) throws(ProofError) -> ProofPlan {
        guard from <= to else { throw ProofError(.sizesReversed, "a tree of \(from) is not within one of \(to)") }
        if from == 0 || from == to { return ProofPlan(ranges: []) }
        var ranges: [Range<UInt64>] = []
        var (start, end) = (UInt64(0), to)
        while from < end {
            let middle = start + largestPowerOfTwo(below: end - start)
            if from <= middle {
                ranges.append(middle..<end)
                end = middle
            } else {
                ranges.append(start..<middle)
                start = middle
            }
        }
        // The verifier knows the old root, so it is left out where the old tree is one whole node.
        if start > 0 { ranges.append(start..<end) }
        return ProofPlan(ranges: ranges.reversed())
    }
}
