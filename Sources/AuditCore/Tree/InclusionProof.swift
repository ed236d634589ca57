/// Shows that a leaf stands at an index of a tree (RFC 6962 §2.1.1, `PATH`).
public struct InclusionProof: Sendable, Hashable {
    /// The leaf's index, from 0.
    public let index: UInt64
    /// The size of the tree.
    public let size: UInt64
    /// The hashes beside the path from the leaf up to the root, the lowest first.
    public let path: [TreeHash]

    /// A proof as it was received; nothing is checked before `verify`.
    public init(index: UInt64, size: UInt64, path: [TreeHash]) {
        self.index = index
        self.size = size
        self.path = path
    }

    /// Checks by RFC 9162 §2.1.3.2 that `leaf` stands at `index` in the tree of `size` leaves with `root`.
    public func verify(leaf: TreeHash, root: TreeHash) throws(ProofError) {
        guard index < size else {
            throw ProofError(.indexOutsideTree, "index \(index) is not in a tree of \(size)")
        }
        var fn = index
        var sn = size - 1
        var hash = leaf
        for sibling in path {
            guard sn > 0 else { throw tooLong }
            if fn & 1 == 1 || fn == sn {
                hash = MerkleHashing.nodeHash(sibling, hash)
                while fn & 1 == 0 && fn != 0 {
                    fn >>= 1
                    sn >>= 1
                }
            } else {
                hash = MerkleHashing.nodeHash(hash, sibling)
            }
            fn >>= 1
            sn >>= 1
        }
        guard sn == 0 else {
            throw ProofError(.wrongLength, "the inclusion proof for index \(index) of \(size) is too short")
        }
        guard hash == root else {
            throw ProofError(.rootMismatch, "the inclusion proof for index \(index) of \(size) leads to another root")
        }
    }

    private var tooLong: ProofError {
        ProofError(.wrongLength, "the inclusion proof for index \(index) of \(size) is too long")
    }
}

extension InclusionProof {
    /// What to fetch for the proof that leaf `index` stands in the tree of `size`.
    public static func plan(index: UInt64, size: UInt64) throws(ProofError) -> ProofPlan {
        guard index < size else {
            throw ProofError(.indexOutsideTree, "index \(index) is not in a tree of \(size)")
        }
        var ranges: [Range<UInt64>] = []
        var (start, end) = (UInt64(0), size)
        while end - start > 1 {
            let middle = start + largestPowerOfTwo(below: end - start)
            if index < middle {
                ranges.append(middle..<end)
                end = middle
            } else {
                ranges.append(start..<middle)
                start = middle
            }
        }
        return ProofPlan(ranges: ranges.reversed())
    }
}

/// The largest power of two smaller than `count`; `count` is at least 2 (RFC 6962 §2.1, `k`).
func largestPowerOfTwo(below count: UInt64) -> UInt64 {
    1 << UInt64(63 - (count - 1).leadingZeroBitCount)
}
