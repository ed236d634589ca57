import AuditCore
// One of the files allowed to make scopes (scripts/scope-minting.allow): the verifier reads one tenant's log at a time,
// each named on the command line or by the log itself.
@_spi(ScopeMinting) import Postgres
import SQLQuery
import WireFormat

/// Reads the audit log out of its database, in pages, so that memory stays flat. It reads whatever is there: rows that
/// somebody has altered must be reported, not refused.
struct LogReader: Sendable {
    /// Rows of one page: a few MiB at the largest usual bodies.
    static let pageSize = 1000
    /// Tenants of one page.
    static let tenantsPerPage = 1000
    /// Bodies without a leaf that are named; more are the same finding.
    static let namedStrays = 20

    /// A leaf with what its event's body row holds, if there is one.
    struct Entry: Sendable {
        let sequence: Int64
        let eventID: String
        let commitment: [UInt8]
        let body: Body?
    }

    /// A row of `event_body`.
    struct Body: Sendable {
        let salt: [UInt8]
        let text: String
        let columns: [String: String]
    }

    /// A row of `checkpoint`.
    struct Head: Sendable {
        let size: Int64
        let root: [UInt8]
        let note: String
    }

    let database: Database

    /// Every tenant that has leaves or checkpoints, in order.
    func tenants() async throws -> [String] {
        var tenants: [String] = []
        while true {
            let last = tenants.last ?? ""
            let rows = try await database.query(
                SystemScope(), "SELECT tenant FROM log_heads(\(last), \(Self.tenantsPerPage)::integer)")
            tenants += try rows.map { try $0.get("tenant") }
            if rows.count < Self.tenantsPerPage { return tenants }
        }
    }

    /// Leaves from a number on, with their bodies. Ids are read as text: an altered one need not be a UUIDv7.
    func entries(from sequence: Int64, of tenant: TenantID) async throws -> [Entry] {
        let rows = try await database.query(
            TenantScope(tenant: tenant),
            """
            SELECT l.sequence, l.event_id::text AS event_id, l.commitment, b.salt, b.body, b.origin,
                (extract(epoch FROM b.time) * 1000000)::bigint AS time, b.actor_id, b.action, b.resource_type,
                b.resource_id, b.outcome, b.request_id
            FROM leaf l
            LEFT JOIN event_body b ON b.tenant = l.tenant AND b.id = l.event_id
            WHERE l.tenant = \(tenant) AND l.sequence >= \(sequence)
            ORDER BY l.sequence LIMIT \(Self.pageSize)
            """)
        return try rows.map { row in
            Entry(
                sequence: try row.get("sequence"), eventID: try row.get("event_id"),
                commitment: try row.get("commitment"), body: try Self.body(row))
        }
    }

    /// Checkpoints of more than `size` leaves, the smallest first.
    func heads(after size: Int64, of tenant: TenantID) async throws -> [Head] {
        let rows = try await database.query(
            TenantScope(tenant: tenant),
            """
            SELECT size, root, note FROM checkpoint
            WHERE tenant = \(tenant) AND size > \(size)
            ORDER BY size LIMIT \(Self.pageSize)
            """)
        return try rows.map { Head(size: try $0.get("size"), root: try $0.get("root"), note: try $0.get("note")) }
    }

    /// The size of the newest checkpoint; 0 when there is none.
    func newestSize(of tenant: TenantID) async throws -> Int64 {
        let rows = try await database.query(
            TenantScope(tenant: tenant),
            "SELECT coalesce(max(size), 0) AS size FROM checkpoint WHERE tenant = \(tenant)")
        return try rows.first?.get("size") ?? 0
    }

    /// Stored hashes of nodes.
    func nodes(_ ids: [NodeID], of tenant: TenantID) async throws -> [NodeID: [UInt8]] {
        guard !ids.isEmpty else { return [:] }
        let rows = try await database.query(
            TenantScope(tenant: tenant),
            """
            SELECT n.level::bigint AS level, n.place, n.hash FROM node n
            JOIN unnest(\(ids.map { Int64($0.level) })::bigint[], \(ids.map { Int64(clamping: $0.index) })::bigint[])
                AS wanted (level, place) ON n.level = wanted.level AND n.place = wanted.place
            WHERE n.tenant = \(tenant)
            """)
        var nodes: [NodeID: [UInt8]] = [:]
        for row in rows {
            nodes[NodeID(level: try row.get("level"), index: UInt64(clamping: try row.get("place", as: Int64.self)))] =
                try row.get("hash")
        }
        return nodes
    }

    /// Bodies that no leaf stands for.
    func strays(of tenant: TenantID) async throws -> [String] {
        let rows = try await database.query(
            TenantScope(tenant: tenant),
            """
            SELECT b.id::text AS id FROM event_body b
            WHERE b.tenant = \(tenant)
                AND NOT EXISTS (SELECT FROM leaf l WHERE l.tenant = \(tenant) AND l.event_id = b.id)
            ORDER BY b.id LIMIT \(Self.namedStrays)
            """)
        return try rows.map { try $0.get("id") }
    }

    private static func body(_ row: Row) throws -> Body? {
        guard let text = try row.get("body", as: String?.self) else { return nil }
        var columns: [String: String] = [:]
        for name in ["origin", "actor_id", "action", "resource_type", "resource_id", "outcome", "request_id"] {
            columns[name] = try row.get(name)
        }
        columns["time"] = Instant(microseconds: try row.get("time")).rfc3339
        return Body(salt: try row.get("salt"), text: text, columns: columns)
    }
}
