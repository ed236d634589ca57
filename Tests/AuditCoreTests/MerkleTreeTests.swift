import AuditCore
import Testing
import WireFormat

@Suite struct MerkleTreeTests {
    @Test(arguments: 0...8) func theReferenceTreeHasItsKnownRoots(size: Int) throws {
        #expect(try ReferenceTree.tree.root(at: UInt64(size)).hex == ReferenceTree.roots[size])
        var range = CompactRange()
        for leaf in ReferenceTree.leaves.prefix(size) { range.append(MerkleHashing.leafHash(leaf)) }
        #expect(range.root.hex == ReferenceTree.roots[size])
    }

    static let knownInclusions: [(index: UInt64, size: UInt64, path: [String])] = [
        (0, 1, []),
        (
            0, 8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ]
        ),
        (
            5, 8,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        ),
        (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
        (
            1, 5,
            [
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ]
        ),
    ]

    @Test func theReferenceTreeGivesItsKnownInclusionProofs() throws {
        for known in Self.knownInclusions {
            let proof = try ReferenceTree.tree.inclusionProof(index: known.index, size: known.size)
            #expect(proof.path.map(\.hex) == known.path)
        }
    }

    static let knownConsistencies: [(from: UInt64, to: UInt64, path: [String])] = [
        (1, 1, []),
        (
            1, 8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ]
        ),
        (
            6, 8,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        ),
        (
            2, 5,
            [
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ]
        ),
    ]

    @Test func theReferenceTreeGivesItsKnownConsistencyProofs() throws {
        for known in Self.knownConsistencies {
            let proof = try ReferenceTree.tree.consistencyProof(from: known.from, to: known.to)
            #expect(proof.path.map(\.hex) == known.path)
        }
    }

    @Test func aLeafIsNotMistakenForANode() {
        let (left, right) = (numberedLeaf(0), numberedLeaf(1))
        #expect(MerkleHashing.nodeHash(left, right) != MerkleHashing.leafHash(left.bytes + right.bytes))
    }

    @Test(arguments: 1...64) func everyRootAndProofOfATreeIsAsTheRFCDefinesIt(size: Int) throws {
        let leaves = (0..<size).map(numberedLeaf)
        let tree = MerkleTree(leaves: leaves)
        let root = Definition.root(leaves[...])
        #expect(tree.root == root)
        for index in leaves.indices {
            let proof = try tree.inclusionProof(index: UInt64(index), size: UInt64(size))
            #expect(proof.path == Definition.path(index, leaves[...]))
            try proof.verify(leaf: leaves[index], root: root)
        }
        for from in 0...size {
            let proof = try tree.consistencyProof(from: UInt64(from), to: UInt64(size))
            if from > 0 { #expect(proof.path == Definition.proof(from, leaves[...])) }
            try proof.verify(oldRoot: Definition.root(leaves[..<from]), newRoot: root)
        }
    }

    @Test func anEarlierSizeIsProvedFromALaterTree() throws {
        let leaves = (0..<64).map(numberedLeaf)
        let tree = MerkleTree(leaves: leaves)
        for size in 1...64 {
            let root = try tree.root(at: UInt64(size))
            #expect(root == Definition.root(leaves[..<size]))
            for index in [0, size / 2, size - 1] {
                try tree.inclusionProof(index: UInt64(index), size: UInt64(size)).verify(
                    leaf: leaves[index], root: root)
            }
        }
    }

    @Test func aCompactRangeResumesFromStoredNodes() throws {
        var range = CompactRange()
        var store: [NodeID: TreeHash] = [:]
        for index in 0..<200 {
            let peaks = CompactRange.peakIDs(size: range.size).compactMap { store[$0] }
            let resumed = try #require(CompactRange(size: range.size, peaks: peaks))
            #expect(resumed == range)
            for node in range.append(numberedLeaf(index)) { store[node.id] = node.hash }
            #expect(range.peaks.count == range.size.nonzeroBitCount)
        }
        let plan = try InclusionProof.plan(index: 77, size: 200)
        let proof = InclusionProof(index: 77, size: 200, path: try plan.resolve { store[$0] })
        try proof.verify(leaf: numberedLeaf(77), root: range.root)
        #expect(plan.nodes.count <= 16)
        #expect(CompactRange(size: 3, peaks: [numberedLeaf(0)]) == nil)
    }

    @Test func aMissingNodeIsNamed() throws {
        let plan = try ConsistencyProof.plan(from: 3, to: 7)
        let error = #expect(throws: ProofError.self) { try plan.resolve { _ in nil } }
        #expect(error?.code == .nodeMissing)
    }

    @Test func aProofReadsBackFromTheWire() throws {
        let inclusion = try ReferenceTree.tree.inclusionProof(index: 5, size: 8)
        #expect(try InclusionProof.decode(from: JSONValue.parse(inclusion.wire.bytes())) == inclusion)
        let consistency = try ReferenceTree.tree.consistencyProof(from: 6, to: 8)
        #expect(try ConsistencyProof.decode(from: JSONValue.parse(consistency.wire.bytes())) == consistency)
        #expect(throws: FieldErrors.self) { try InclusionProof.decode(from: ["index": -1, "size": 1, "path": []]) }
        #expect(throws: FieldErrors.self) { try InclusionProof.decode(from: ["index": 0, "size": 1, "path": ["00"]]) }
    }
}
