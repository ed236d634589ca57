import AuditCore
import IdentityClient
import Logging
import Metrics
import Postgres
import ServiceLifecycle
import WireFormat

/// Signs the heads of the tenants' logs: within a second of traffic, and of whatever a crash left unsigned.
///
/// Any number of copies can run. One signs a tenant's head at a time; the others skip it. A head is signed only when
/// the rows before it still lead to the root that was signed last.
struct CheckpointSealer: Service {
    /// How often the logs that have grown are signed: a checkpoint is at most a second behind the traffic.
    static let interval = Duration.milliseconds(800)
    /// How often all logs are looked at, for what another copy left behind.
    static let sweepInterval = Duration.seconds(30)
    /// Leaves under one checkpoint more than under the one before: bounds memory and the transaction.
    static let leavesPerCheckpoint = 8192
    /// Logs of one page of a sweep.
    static let logsPerPage = 1000

    let database: Database
    let scope: SystemScope
    let grown: GrownLogs
    let key: CheckpointKey
    let logger: Logger

    /// Signs until the process shuts down, and once more then.
    func run() async throws {
        var nextSweep = ContinuousClock.now
        while !Task.isCancelled && !Task.isShuttingDownGracefully {
            if nextSweep <= .now {
                nextSweep = .now + (await sweep() ? Self.sweepInterval : Self.interval)
            }
            await sealGrown()
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
        }
        await sealGrown()
    }

    /// Signs the logs that this copy knows to have grown.
    func sealGrown() async {
        for tenant in grown.take() { await sealOrKeep(tenant) }
    }

    /// Signs every log whose head is not signed.
    ///
    /// - Returns: whether all logs were looked at.
    func sweep() async -> Bool {
        do {
            var last = ""
            while !Task.isCancelled {
                let rows = try await database.query(scope, LogStore.heads(after: last, most: Self.logsPerPage))
                for row in rows {
                    let tenant: TenantID = try row.get("tenant")
                    last = tenant.text
                    if try row.get("leaves", as: Int64.self) > row.get("signed", as: Int64.self) {
                        await sealOrKeep(tenant)
                    }
                }
                if rows.count < Self.logsPerPage { return true }
            }
        } catch {
            logger.warning("the heads of the logs cannot be read", metadata: ["error": "\(error)"])
        }
        return false
    }

    /// Signs the head of a tenant's log, if it has grown.
    ///
    /// - Returns: the newest checkpoint; nil for a log without leaves, or when another copy is signing.
    @discardableResult
    func seal(_ tenant: TenantID) async throws -> StoredCheckpoint? {
        let job = TenantJob(name: "audit-checkpoint", tenant: tenant).tenantScope
        while true {
            let (newest, isComplete) = try await database.transaction(job) { transaction in
                try await sealOnce(tenant, in: transaction)
            }
            if isComplete { return newest }
        }
    }

    private func sealOrKeep(_ tenant: TenantID) async {
        do {
            try await seal(tenant)
        } catch let damage as TreeDamage {
            Counter(label: "bailiwick_audit_damage").increment()
            logger.critical(
                "the audit log was altered; nothing more of it is signed",
                metadata: ["tenant": "\(damage.tenant)", "finding": "\(damage.description)"])
        } catch {
            grown.note(tenant)
            logger.warning(
                "a checkpoint was not signed and will be tried again",
                metadata: ["tenant": "\(tenant)", "error": "\(error)"])
        }
    }

    /// - Returns: the newest checkpoint, and whether it covers every leaf.
    private func sealOnce(
        _ tenant: TenantID, in transaction: Transaction
    ) async throws -> (newest: StoredCheckpoint?, isComplete: Bool) {
        let answers = try await transaction.pipeline([
            TreeStore.claimSigning(tenant), TreeStore.newestCheckpoint(tenant),
        ])
        let newest = try answers[1].first.map(StoredCheckpoint.init)
        guard try answers[0].first?.get("claimed", as: Bool.self) == true else {
            // Another copy is at it; it takes these leaves with it, or its next turn does.
            grown.note(tenant)
            return (newest, true)
        }
        let size = newest?.size ?? 0
        let rows = try await transaction.query(
            TreeStore.commitments(from: size, most: Self.leavesPerCheckpoint, tenant))
        guard !rows.isEmpty else { return (newest, true) }
        let signed = try await seal(rows, after: newest, tenant, in: transaction)
        return (signed, rows.count < Self.leavesPerCheckpoint)
    }

    private func seal(
        _ rows: [Row], after newest: StoredCheckpoint?, _ tenant: TenantID, in transaction: Transaction
    ) async throws -> StoredCheckpoint {
        var range = try await TreeReader(tenant: tenant, transaction: transaction).range(at: newest?.size ?? 0)
        if let newest, range.root != newest.root {
            throw TreeDamage(tenant: tenant, description: "the rows before \(newest.size) lead to another root")
        }
        var nodes: [TreeNode] = []
        for row in rows {
            let sequence: Int64 = try row.get("sequence")
            guard UInt64(clamping: sequence) == range.size,
                let commitment = TreeHash(bytes: try row.get("commitment", as: [UInt8].self))
            else {
                throw TreeDamage(tenant: tenant, description: "leaf \(range.size) is missing")
            }
            nodes += range.append(MerkleHashing.leafHash(commitment))
                .filter { $0.id.level >= TreeStore.firstStoredLevel }
        }
        let checkpoint = Checkpoint(origin: try key.origin(of: tenant), size: range.size, root: range.root)
        let note = try checkpoint.signed(by: try key.signer(for: tenant)).encoded
        var statements = [TreeStore.insertCheckpoint(size: range.size, root: range.root, note: note, tenant)]
        if !nodes.isEmpty { statements.append(TreeStore.insertNodes(nodes, tenant)) }
        _ = try await transaction.pipeline(statements)
        Counter(label: "bailiwick_audit_checkpoints").increment()
        return StoredCheckpoint(size: range.size, root: range.root, note: note)
    }
}
