import Postgres

/// A row of `tenant_key`.
struct StoredTenantKey: Sendable, Hashable {
    let purpose: TenantKeyPurpose
    let version: Int32
    let wrapped: WrappedDataKey

    init(purpose: TenantKeyPurpose, version: Int32, wrapped: WrappedDataKey) {
        self.purpose = purpose
        self.version = version
        self.wrapped = wrapped
    }

    init(row: Row) throws {
        let purpose = try row.get("purpose", as: String.self)
        guard let known = TenantKeyPurpose(rawValue: purpose),
            let version = Int32(exactly: try row.get("version", as: Int.self)), version > 0
        else { throw KeyVaultError(.malformed, "a tenant key of unknown purpose `\(purpose)`") }
        self.purpose = known
        self.version = version
        wrapped = WrappedDataKey(keyID: try row.get("kek_id"), bytes: try row.get("wrapped"))
    }
}
