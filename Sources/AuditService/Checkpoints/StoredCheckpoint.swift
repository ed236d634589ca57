import AuditCore
import Postgres
import WireFormat

/// A signed tree head as the log keeps it.
struct StoredCheckpoint: Sendable, Hashable {
    let size: UInt64
    let root: TreeHash
    /// The C2SP signed note.
    let note: String

    init(size: UInt64, root: TreeHash, note: String) {
        self.size = size
        self.root = root
        self.note = note
    }

    /// Reads a row of `TreeStore.newestCheckpoint`.
    init(_ row: Row) throws {
        size = UInt64(clamping: try row.get("size", as: Int64.self))
        root = TreeHash(bytes: try row.get("root", as: [UInt8].self)) ?? MerkleHashing.emptyRoot
        note = try row.get("note")
    }

    /// `{"tenant", "size", "root", "note"}`.
    func wire(_ tenant: TenantID) -> JSONValue {
        [
            "tenant": tenant.wire, "size": .integer(Int64(clamping: size)), "root": .string(root.hex),
            "note": .string(note),
        ]
    }
}
