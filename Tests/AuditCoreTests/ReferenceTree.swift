import AuditCore
import WireFormat

/// The tree of eight leaves that the tests of Certificate Transparency share, with its roots by size
/// (google/certificate-transparency `merkle_tree_test`, transparency-dev/merkle `testonly`).
enum ReferenceTree {
    static let leaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ]
    .map { Hex.decode($0) ?? [] }

    static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    static let tree = MerkleTree(leaves: leaves.map { MerkleHashing.leafHash($0) })
}

/// Leaf hashes for trees of any size.
func numberedLeaf(_ index: Int) -> TreeHash {
    MerkleHashing.leafHash(Array("leaf \(index)".utf8))
}

/// RFC 6962 §2.1 to §2.1.2 as they are written, recursively: what our iterative code must agree with.
enum Definition {
    static func root(_ leaves: ArraySlice<TreeHash>) -> TreeHash {
        guard leaves.count > 1 else { return leaves.first ?? MerkleHashing.emptyRoot }
        let (left, right) = halves(leaves)
        return MerkleHashing.nodeHash(root(left), root(right))
    }

    static func path(_ index: Int, _ leaves: ArraySlice<TreeHash>) -> [TreeHash] {
        guard leaves.count > 1 else { return [] }
        let (left, right) = halves(leaves)
        return index < left.count
            ? path(index, left) + [root(right)] : path(index - left.count, right) + [root(left)]
    }

    static func proof(_ from: Int, _ leaves: ArraySlice<TreeHash>) -> [TreeHash] {
        subproof(from, leaves, true)
    }

    private static func subproof(_ from: Int, _ leaves: ArraySlice<TreeHash>, _ isKnown: Bool) -> [TreeHash] {
        if from == leaves.count { return isKnown ? [] : [root(leaves)] }
        let (left, right) = halves(leaves)
        return from <= left.count
            ? subproof(from, left, isKnown) + [root(right)] : subproof(from - left.count, right, false) + [root(left)]
    }

    private static func halves(_ leaves: ArraySlice<TreeHash>) -> (ArraySlice<TreeHash>, ArraySlice<TreeHash>) {
        var size = 1
        while size * 2 < leaves.count { size *= 2 }
        return (leaves.prefix(size), leaves.dropFirst(size))
    }
}
