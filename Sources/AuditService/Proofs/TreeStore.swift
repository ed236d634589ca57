import AuditCore
import Postgres
import SQLQuery
import WireFormat

/// The SQL of a tenant's tree: leaves, stored nodes, checkpoints.
enum TreeStore {
    /// From this level on the hashes of perfect subtrees are stored; the `CHECK` of the table says the same. Below it
    /// a hash is computed from at most 8 leaves: an eighth of the rows for a microsecond of work.
    static let firstStoredLevel = 4

    /// Takes the signing of the tenant's log for this transaction; false while another copy has it.
    static func claimSigning(_ tenant: TenantID) -> SQL {
        "SELECT pg_try_advisory_xact_lock(hashtextextended('audit checkpoint ' || \(tenant), 0)) AS claimed"
    }

    /// The newest checkpoint.
    static func newestCheckpoint(_ tenant: TenantID) -> SQL {
        "SELECT size, root, note FROM checkpoint WHERE tenant = \(tenant) ORDER BY size DESC LIMIT 1"
    }

    /// The commitments of leaves from `first` on.
    static func commitments(from first: UInt64, most: Int, _ tenant: TenantID) -> SQL {
        """
        SELECT sequence, commitment FROM leaf
        WHERE tenant = \(tenant) AND sequence >= \(Int64(clamping: first))
        ORDER BY sequence LIMIT \(most)
        """
    }

    /// The commitments of certain leaves.
    static func commitments(at sequences: [UInt64], _ tenant: TenantID) -> SQL {
        """
        SELECT sequence, commitment FROM leaf
        WHERE tenant = \(tenant) AND sequence = ANY (\(sequences.map { Int64(clamping: $0) })::bigint[])
        """
    }

    /// The hashes of certain stored nodes.
    static func nodes(_ ids: [NodeID], _ tenant: TenantID) -> SQL {
        """
        SELECT n.level::bigint AS level, n.place, n.hash FROM node n
        JOIN unnest(\(ids.map { Int64($0.level) })::bigint[], \(ids.map { Int64(clamping: $0.index) })::bigint[])
            AS wanted (level, place) ON n.level = wanted.level AND n.place = wanted.place
        WHERE n.tenant = \(tenant)
        """
    }

    /// Stores completed nodes. A node that is there already is the same: the tree only grows.
    static func insertNodes(_ nodes: [TreeNode], _ tenant: TenantID) -> SQL {
        """
        INSERT INTO node (tenant, level, place, hash)
        SELECT \(tenant), n.level, n.place, n.hash
        FROM unnest(
            \(nodes.map { Int64($0.id.level) })::bigint[], \(nodes.map { Int64(clamping: $0.id.index) })::bigint[],
            \(nodes.map(\.hash.bytes))::bytea[]
        ) AS n (level, place, hash)
        """
    }

    /// Stores a signed tree head.
    static func insertCheckpoint(size: UInt64, root: TreeHash, note: String, _ tenant: TenantID) -> SQL {
        """
        INSERT INTO checkpoint (tenant, size, root, note)
        VALUES (\(tenant), \(Int64(clamping: size)), \(root.bytes), \(note))
        """
    }

    /// Where an event stands.
    static func leaf(of event: UUIDv7, _ tenant: TenantID) -> SQL {
        "SELECT sequence, commitment FROM leaf WHERE tenant = \(tenant) AND event_id = \(event)"
    }

    /// What opens an event's commitment.
    static func opening(of event: UUIDv7, _ tenant: TenantID) -> SQL {
        "SELECT salt, body FROM event_body WHERE tenant = \(tenant) AND id = \(event)"
    }
}
