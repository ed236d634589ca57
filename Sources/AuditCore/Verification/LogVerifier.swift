public import WireFormat

/// Derives a tenant's tree anew from its entries, in the order of their index, and compares it with checkpoints. Memory
/// stays the same whatever the log's length: entries are read one by one and none is kept.
public struct LogVerifier: Sendable {
    /// How much of each body is looked at.
    public enum Depth: Sendable, Hashable {
        /// The commitment over the stored bytes.
        case commitments
        /// Also that the bytes are a canonical event of this tenant with the row's id.
        case events
    }

    /// The tenant whose log it is.
    public let tenant: TenantID
    private let depth: Depth
    /// The checkpoints that are still ahead, the next one last.
    private var ahead: [Checkpoint]
    private let erased: Set<UInt64>
    private var range: CompactRange
    /// The index that must come next. Equal to `range.size` as long as nothing is missing.
    private var next: UInt64
    private var goodUpTo: UInt64
    /// Whether the tree has left what was signed: then every later root differs too, and only the first is reported.
    private var hasDiverged = false

    /// A verifier that starts at the beginning, or after `start` when that state is trusted already.
    ///
    /// - Parameters:
    ///   - checkpoints: verified ones (`Checkpoint.verify`), in any order.
    ///   - erased: the indexes whose bodies a logged and approved event removed.
    public init(
        tenant: TenantID, checkpoints: [Checkpoint], start: CompactRange = CompactRange(), erased: Set<UInt64> = [],
        depth: Depth = .events
    ) {
        self.tenant = tenant
        self.depth = depth
        self.erased = erased
        range = start
        next = start.size
        goodUpTo = start.size
        ahead = checkpoints.filter { $0.size >= start.size }.sorted { $0.size > $1.size }
    }

    /// The index after the last entry.
    public var size: UInt64 { next }

    /// The tree so far, from which another verification can start; nil once entries are missing or a root differs.
    public var state: CompactRange? { hasDiverged ? nil : range }

    /// Reads the next entry.
    public mutating func read(_ entry: LogEntry) -> [LogFinding] {
        var findings = compareCheckpoints()
        if entry.index < next {
            let detail = "event \(entry.id) comes after the entry of index \(next - 1)"
            return findings + [finding(.misplacedEntry, at: entry.index, detail)]
        }
        if entry.index > next {
            let gone = entry.index - next
            findings.append(finding(.missingEntry, at: next, "\(gone) entries before index \(entry.index) are gone"))
            // Without its leaves nothing after the gap can be compared with a root.
            hasDiverged = true
        }
        let leaf = MerkleHashing.leafHash(entry.commitment)
        if let stored = entry.storedLeaf, stored != leaf {
            let detail = "the tree holds another leaf than the commitment of event \(entry.id)"
            findings.append(finding(.alteredNode, at: entry.index, detail))
        }
        findings += check(entry)
        if !hasDiverged { range.extend(leaf) }
        next = entry.index == .max ? .max : entry.index + 1
        return findings
    }

    /// Ends the log: the checkpoints that are left speak of entries that are not there.
    public mutating func finish() -> [LogFinding] {
        var findings = compareCheckpoints()
        if let largest = ahead.first {
            let detail =
                "the log ends at \(next), \(largest.size - next) entries before the checkpoint of \(largest.size)"
            findings.append(finding(.missingEntry, at: next, detail))
            ahead = []
        }
        return findings
    }

    private mutating func compareCheckpoints() -> [LogFinding] {
        var findings: [LogFinding] = []
        while let size = ahead.last?.size, size <= next {
            var same: [Checkpoint] = []
            while let checkpoint = ahead.last, checkpoint.size == size {
                ahead.removeLast()
                if checkpoint.origin.tenant == tenant {
                    same.append(checkpoint)
                } else {
                    let detail = "a checkpoint of `\(checkpoint.origin)`"
                    findings.append(finding(.badCheckpoint, at: nil, detail))
                }
            }
            findings += compare(same, size: size)
        }
        return findings
    }

    /// Compares the checkpoints of one size with the tree so far.
    private mutating func compare(_ checkpoints: [Checkpoint], size: UInt64) -> [LogFinding] {
        guard let first = checkpoints.first else { return [] }
        var findings: [LogFinding] = []
        if checkpoints.contains(where: { $0.root != first.root }) {
            findings.append(finding(.fork, at: nil, "checkpoints of size \(size) have different roots"))
        }
        if hasDiverged { return findings }
        let root = range.root
        if checkpoints.contains(where: { $0.root == root }) {
            goodUpTo = size
        } else {
            hasDiverged = true
            let detail = "the entries from \(goodUpTo) to \(size) do not lead to the root signed for size \(size)"
            findings.append(finding(.rootMismatch, at: goodUpTo, detail))
        }
        return findings
    }

    private func check(_ entry: LogEntry) -> [LogFinding] {
        guard let body = entry.body else {
            if erased.contains(entry.index) { return [] }
            return [
                finding(.missingBody, at: entry.index, "event \(entry.id) has no body, and no logged erasure names it")
            ]
        }
        let commitment = EventCommitment.commit(salt: body.salt, canonicalBytes: body.canonicalBytes)
        guard commitment == entry.commitment else {
            return [finding(.alteredEvent, at: entry.index, "event \(entry.id) is not what was committed to")]
        }
        return depth == .events ? checkEvent(entry, body) : []
    }

    private func checkEvent(_ entry: LogEntry, _ body: LogEntry.Body) -> [LogFinding] {
        let event: AuditEvent
        do {
            event = try AuditEvent.decode(from: JSONValue.parse(body.canonicalBytes))
        } catch let errors as FieldErrors {
            let first = errors.errors.first.map { "\($0.pointer) \($0.detail)" } ?? "is malformed"
            return [finding(.unreadableEvent, at: entry.index, "event \(entry.id): \(first)")]
        } catch {
            return [finding(.unreadableEvent, at: entry.index, "event \(entry.id) is no JSON")]
        }
        var findings: [LogFinding] = []
        if event.canonicalBytes != body.canonicalBytes {
            findings.append(finding(.unreadableEvent, at: entry.index, "event \(entry.id) is not in canonical form"))
        }
        if event.tenant != tenant {
            findings.append(finding(.foreignEvent, at: entry.index, "event \(entry.id) is of tenant \(event.tenant)"))
        }
        if event.id != entry.id {
            findings.append(finding(.wrongIdentity, at: entry.index, "the row says \(entry.id), the event \(event.id)"))
        }
        return findings
    }

    private func finding(_ code: LogFinding.Code, at index: UInt64?, _ detail: String) -> LogFinding {
        LogFinding(code, tenant: tenant, index: index, detail: detail, goodUpTo: goodUpTo)
    }
}
