import Postgres
import SQLQuery
import WireFormat

extension KeyVault {
    /// Makes the tenant's keys when they are missing. Sealing does so too; an organisation's creation calls this, so
    /// that a key provider that cannot be reached shows there.
    public func createTenantKeys(scope: some KeyScope) async throws {
        _ = try await loadTenantKeys(scope.keyScope)
    }

    /// The tenant's unwrapped keys, from memory when they are there.
    func tenantKeys(_ scope: TenantScope) async throws -> TenantKeys {
        if let keys = cache.keys(of: scope.tenant) { return keys }
        return try await loadTenantKeys(scope)
    }

    /// The tenant's keys as the table holds them now; those that are missing are made.
    func loadTenantKeys(_ scope: TenantScope) async throws -> TenantKeys {
        var stored = try await storedTenantKeys(scope)
        let missing = TenantKeyPurpose.allCases.filter { purpose in !stored.contains { $0.purpose == purpose } }
        if !missing.isEmpty {
            var statements: [SQL] = []
            for purpose in missing {
                let fresh = try await wrapNew(purpose, version: 1, tenant: scope.tenant)
                statements.append(TenantKeyStatements.add(fresh, tenant: scope.tenant))
            }
            // Another copy may have been first: what the table holds is the key, whoever made it.
            statements.append(TenantKeyStatements.read(tenant: scope.tenant))
            stored = try await database.pipeline(scope, statements).last?.map(StoredTenantKey.init) ?? []
        }
        return try await unlock(stored, tenant: scope.tenant)
    }

    private func storedTenantKeys(_ scope: TenantScope) async throws -> [StoredTenantKey] {
        try await database.query(scope, TenantKeyStatements.read(tenant: scope.tenant)).map(StoredTenantKey.init)
    }

    /// Unwraps the rows and keeps them in memory.
    func unlock(_ stored: [StoredTenantKey], tenant: TenantID) async throws -> TenantKeys {
        var unwrapped: [(StoredTenantKey, DataKey)] = []
        for row in stored { unwrapped.append((row, try await unwrap(row, tenant: tenant))) }
        guard let keys = TenantKeys(tenant: tenant, keys: unwrapped, after: cache.former(of: tenant)) else {
            throw KeyVaultError(.tenantKeyMissing, "tenant \(tenant) has no keys")
        }
        cache.keep(keys)
        return keys
    }

    func unwrap(_ row: StoredTenantKey, tenant: TenantID) async throws -> DataKey {
        let context = KeyWrapContext(tenant: tenant, purpose: row.purpose, version: row.version)
        return try await provider.unwrap(row.wrapped, context)
    }

    func wrapNew(_ purpose: TenantKeyPurpose, version: Int32, tenant: TenantID) async throws -> StoredTenantKey {
        let context = KeyWrapContext(tenant: tenant, purpose: purpose, version: version)
        let wrapped = try await provider.wrap(.generate(), context)
        return StoredTenantKey(purpose: purpose, version: version, wrapped: wrapped)
    }
}
