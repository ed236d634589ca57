import SQLQuery

/// A statement as a connection runs it.
struct Statement: Sendable {
    let text: String
    let binds: [SQLValue]

    init(_ text: String, _ binds: [SQLValue] = []) {
        self.text = text
        self.binds = binds
    }

    init(_ sql: SQL) {
        self.text = sql.text
        self.binds = sql.binds
    }

    /// Puts the tenant of the following statements in force until the transaction ends.
    static func boundary(_ boundary: ScopeBoundary) -> Statement {
        Statement("SELECT set_config('bailiwick.tenant', $1, true)", [.text(boundary.tenantSetting)])
    }
}
