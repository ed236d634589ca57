import AuditCore
import Postgres
import ServiceKit
import WireFormat

/// Answers questions about a tenant's tree, out of the newest checkpoint.
struct ProofQueries: Sendable {
    /// An event, its place, and the path to the signed root.
    struct Inclusion: Sendable {
        let event: UUIDv7
        let salt: [UInt8]
        /// The event as it was written; nil once retention took it.
        let body: JSONValue?
        let commitment: TreeHash
        let proof: InclusionProof
        let checkpoint: StoredCheckpoint
    }

    let database: Database
    let sealer: CheckpointSealer

    /// The newest checkpoint, after signing what waits to be signed; nil for an empty log.
    func checkpoint(_ scope: TenantScope) async throws -> StoredCheckpoint? {
        try await sealer.seal(scope.tenant)
    }

    /// The proof that an event is in the tree; nil when it is not in the log.
    func inclusion(of event: UUIDv7, _ scope: TenantScope) async throws -> Inclusion? {
        let tenant = scope.tenant
        guard let checkpoint = try await sealer.seal(tenant) else { return nil }
        return try await database.transaction(scope) { transaction in
            let answers = try await transaction.pipeline([
                TreeStore.leaf(of: event, tenant), TreeStore.opening(of: event, tenant),
            ])
            guard let leaf = answers[0].first,
                let commitment = TreeHash(bytes: try leaf.get("commitment", as: [UInt8].self))
            else { return nil }
            let index = UInt64(clamping: try leaf.get("sequence", as: Int64.self))
            // Another copy was signing at this moment, and its checkpoint is not there yet.
            guard index < checkpoint.size else {
                throw Problem.unavailable("checkpoint-pending", detail: "the event is about to be signed")
            }
            let plan = try InclusionProof.plan(index: index, size: checkpoint.size)
            let path = try await resolve(plan, tenant, in: transaction)
            let proof = InclusionProof(index: index, size: checkpoint.size, path: path)
            try Self.believe(tenant) { () throws(ProofError) in
                try proof.verify(leaf: MerkleHashing.leafHash(commitment), root: checkpoint.root)
            }
            let opening = answers[1].first
            return Inclusion(
                event: event, salt: try opening?.get("salt") ?? [],
                body: try opening.map { try JSONValue.parse(try $0.get("body", as: String.self).utf8) },
                commitment: commitment, proof: proof, checkpoint: checkpoint)
        }
    }

    /// The proof that the tree of `to` leaves begins with that of `from`; nil when `to` is not signed yet.
    func consistency(
        from: UInt64, to: UInt64?, _ scope: TenantScope
    ) async throws -> (proof: ConsistencyProof, checkpoint: StoredCheckpoint)? {
        let tenant = scope.tenant
        guard let checkpoint = try await sealer.seal(tenant) else { return nil }
        let to = to ?? checkpoint.size
        guard from <= to, to <= checkpoint.size else { return nil }
        return try await database.transaction(scope) { transaction in
            let path = try await resolve(try ConsistencyProof.plan(from: from, to: to), tenant, in: transaction)
            return (ConsistencyProof(from: from, to: to, path: path), checkpoint)
        }
    }

    private func resolve(
        _ plan: ProofPlan, _ tenant: TenantID, in transaction: Transaction
    ) async throws -> [TreeHash] {
        let hashes = try await TreeReader(tenant: tenant, transaction: transaction).hashes(of: plan.nodes)
        return try Self.believe(tenant) { () throws(ProofError) in try plan.resolve { hashes[$0] } }
    }

    /// A proof that does not hold is not handed out: it is a finding.
    private static func believe<R>(_ tenant: TenantID, _ body: () throws(ProofError) -> R) throws(TreeDamage) -> R {
        do {
            return try body()
        } catch {
            throw TreeDamage(tenant: tenant, description: error.description)
        }
    }
}
