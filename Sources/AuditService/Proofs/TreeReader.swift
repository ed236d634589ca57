import AuditCore
import Postgres
import WireFormat

/// Reads the hashes of nodes out of a tenant's log, inside a transaction.
struct TreeReader: Sendable {
    let tenant: TenantID
    let transaction: Transaction

    /// The hashes of these nodes. One that is missing from the log is missing from the answer.
    func hashes(of ids: [NodeID]) async throws -> [NodeID: TreeHash] {
        let stored = ids.filter { $0.level >= TreeStore.firstStoredLevel }
        let computed = ids.filter { $0.level < TreeStore.firstStoredLevel }
        let answers = try await transaction.pipeline([
            TreeStore.nodes(stored, tenant), TreeStore.commitments(at: computed.flatMap { Array($0.leaves) }, tenant),
        ])
        var hashes: [NodeID: TreeHash] = [:]
        for row in answers[0] {
            let id = NodeID(level: try row.get("level"), index: UInt64(clamping: try row.get("place", as: Int64.self)))
            hashes[id] = TreeHash(bytes: try row.get("hash", as: [UInt8].self))
        }
        let commitments = try Self.commitments(answers[1])
        for id in computed { hashes[id] = Self.hash(of: id, commitments) }
        return hashes
    }

    /// The state of the tree at a size, to go on from.
    ///
    /// - Throws: ``TreeDamage`` when the log does not have what the state needs.
    func range(at size: UInt64) async throws -> CompactRange {
        let ids = CompactRange.peakIDs(size: size)
        let hashes = try await hashes(of: ids)
        let peaks = ids.compactMap { hashes[$0] }
        guard let range = CompactRange(size: size, peaks: peaks) else {
            throw TreeDamage(tenant: tenant, description: "nodes or leaves before \(size) are missing")
        }
        return range
    }

    /// The commitments that rows hold, by their number.
    static func commitments(_ rows: [Row]) throws -> [UInt64: TreeHash] {
        var commitments: [UInt64: TreeHash] = [:]
        for row in rows {
            let sequence = UInt64(clamping: try row.get("sequence", as: Int64.self))
            commitments[sequence] = TreeHash(bytes: try row.get("commitment", as: [UInt8].self))
        }
        return commitments
    }

    private static func hash(of id: NodeID, _ commitments: [UInt64: TreeHash]) -> TreeHash? {
        var range = CompactRange()
        for sequence in id.leaves {
            guard let commitment = commitments[sequence] else { return nil }
            range.extend(MerkleHashing.leafHash(commitment))
        }
        return range.root
    }
}

/// The rows of a tenant's log contradict each other: somebody changed them. Nothing more is signed over them.
struct TreeDamage: Error, Sendable, CustomStringConvertible {
    let tenant: TenantID
    /// What contradicts what.
    let description: String
}
