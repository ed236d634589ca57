import AuditCore
import Postgres
import WireFormat

/// Verifies a tenant's log from the database, in one pass over the leaves in the order of their numbers. What a row
/// says is compared with what was committed to, the tree with every checkpoint, and everything derived with what it is
/// derived from.
struct LogVerification: Sendable {
    /// From this level on hashes of subtrees are stored (the `CHECK` of the table says the same).
    private static let firstStoredLevel = 4

    /// What a pass over one log found.
    struct Report: Sendable {
        let tenant: TenantID
        let events: UInt64
        let checkpoints: Int
        /// The root over all leaves; nil when what is there is not what was signed.
        let root: TreeHash?
        let findings: [LogFinding]
    }

    let reader: LogReader
    let trust: CheckpointTrust
    /// Notes that were kept elsewhere; the log must still lead to their roots.
    let kept: [Checkpoint]

    /// Verifies one tenant's log.
    func verify(_ tenant: TenantID) async throws -> Report {
        let (checkpoints, badNotes) = try await readCheckpoints(of: tenant)
        var findings = badNotes
        var verifier = LogVerifier(
            tenant: tenant, checkpoints: checkpoints + kept.filter { $0.origin.tenant == tenant }, depth: .events)
        let signed = checkpoints.map(\.size).max() ?? 0
        var tree = CompactRange()
        var next: Int64 = 0
        while true {
            let page = try await reader.entries(from: next, of: tenant)
            var nodes: [TreeNode] = []
            for row in page {
                let check = RowCheck(tenant: tenant, row: row)
                guard let entry = check.entry else {
                    findings += check.findings
                    continue
                }
                findings += verifier.read(entry) + check.findings
                if entry.index == tree.size { nodes += tree.append(MerkleHashing.leafHash(entry.commitment)) }
            }
            findings += try await compareNodes(nodes.filter { $0.id.leaves.upperBound <= signed }, of: tenant)
            guard page.count == LogReader.pageSize, let last = page.last else { break }
            next = last.sequence + 1
        }
        findings += verifier.finish()
        findings += try await reader.strays(of: tenant).map { event in
            LogFinding(
                .missingEntry, tenant: tenant, index: nil,
                detail: "event \(event) has a body and no leaf: it was inserted past the log, or its leaf was removed",
                goodUpTo: 0)
        }
        return Report(
            tenant: tenant, events: verifier.size, checkpoints: checkpoints.count, root: verifier.state?.root,
            findings: findings)
    }

    /// The tenant's checkpoints whose notes are signed and say what their rows say; and what is wrong with the others.
    private func readCheckpoints(of tenant: TenantID) async throws -> ([Checkpoint], [LogFinding]) {
        var checkpoints: [Checkpoint] = []
        var findings: [LogFinding] = []
        var last: Int64 = 0
        while true {
            let page = try await reader.heads(after: last, of: tenant)
            for head in page {
                let complaint: String
                do {
                    let checkpoint = try trust.verify(head.note, of: tenant)
                    if checkpoint.size == UInt64(clamping: head.size), checkpoint.root.bytes == head.root {
                        checkpoints.append(checkpoint)
                        continue
                    }
                    complaint = "its row says another size or root than its note"
                } catch {
                    complaint = error.description
                }
                findings.append(
                    LogFinding(
                        .badCheckpoint, tenant: tenant, index: nil,
                        detail: "the checkpoint of size \(head.size): \(complaint)", goodUpTo: 0))
            }
            guard page.count == LogReader.pageSize, let size = page.last?.size else { return (checkpoints, findings) }
            last = size
        }
    }

    private func compareNodes(_ nodes: [TreeNode], of tenant: TenantID) async throws -> [LogFinding] {
        let kept = nodes.filter { $0.id.level >= Self.firstStoredLevel }
        let stored = try await reader.nodes(kept.map(\.id), of: tenant)
        return kept.compactMap { node in
            guard stored[node.id] != node.hash.bytes else { return nil }
            let (first, last) = (node.id.leaves.lowerBound, node.id.leaves.upperBound - 1)
            return LogFinding(
                .alteredNode, tenant: tenant, index: first,
                detail: "the stored hash over \(first) to \(last) is not the one that the leaves lead to", goodUpTo: 0)
        }
    }
}
