import SQLQuery

/// Which statements a connection has prepared, by SQL text; the least recently used one goes first.
struct StatementCache {
    /// A statement that the server holds under `name`.
    struct Prepared {
        let name: String
        /// The types that it was prepared with; `inferred` where the server chose.
        let types: [TypeOID]
        fileprivate var lastUse: UInt64
    }

    private let capacity: Int
    private var entries: [String: Prepared] = [:]
    private var uses: UInt64 = 0
    private var names: UInt64 = 0
    /// Names that the server still holds and nobody uses: to be deallocated with the next pipeline.
    private(set) var abandoned: [String] = []

    init(capacity: Int) { self.capacity = max(capacity, 2) }

    /// The statement for this text, when its types fit these values: a null fits every type.
    mutating func find(_ text: String, types: [TypeOID?]) -> Prepared? {
        guard let entry = entries[text], entry.types.count == types.count else { return nil }
        for (have, want) in zip(entry.types, types) where want != nil && want != have { return nil }
        uses += 1
        entries[text]?.lastUse = uses
        return entry
    }

    /// Names a new statement. Types that are unknown now because the value is null are taken from the one before.
    mutating func add(_ text: String, types: [TypeOID?]) -> Prepared {
        var known = types.map { $0 ?? .inferred }
        if let before = entries.removeValue(forKey: text) {
            abandoned.append(before.name)
            if before.types.count == types.count {
                for (index, type) in types.enumerated() where type == nil { known[index] = before.types[index] }
            }
        }
        if entries.count >= capacity, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            entries[oldest.key] = nil
            abandoned.append(oldest.value.name)
        }
        names += 1
        uses += 1
        let entry = Prepared(name: "s\(names)", types: known, lastUse: uses)
        entries[text] = entry
        return entry
    }

    /// Forgets a statement that the server does not hold, because preparing it failed or somebody discarded it.
    mutating func forget(_ text: String) { entries[text] = nil }

    /// Forgets all, because one that should be there is not: somebody has discarded them.
    mutating func forgetAll() {
        entries.removeAll()
        abandoned.removeAll()
    }

    /// Forgets a statement that the server still holds.
    mutating func abandon(_ text: String) {
        if let entry = entries.removeValue(forKey: text) { abandoned.append(entry.name) }
    }

    /// The abandoned names have been deallocated.
    mutating func deallocated() { abandoned.removeAll() }

    /// How many statements are prepared.
    var count: Int { entries.count }
}
