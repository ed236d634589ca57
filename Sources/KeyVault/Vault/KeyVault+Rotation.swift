import Postgres
import WireFormat

/// What a rotation did.
public struct KeyRotation: Sendable, Hashable {
    /// The version of the tenant's data key from now on.
    public let dataVersion: Int
    /// The version of the tenant's person-wrapping key from now on.
    public let personVersion: Int
    /// How many person keys were wrapped anew.
    public let personKeys: Int
}

extension KeyVault {
    /// Person keys wrapped anew with one statement: bounds memory and the time a row stays locked without work.
    private static let rewrapBatch = 500

    /// Gives the tenant new keys. Person keys are wrapped anew and the key that wrapped them is destroyed, so that a
    /// person key restored from before, one that was erased among them, is under a key that is no longer in the table.
    /// Values stay as they are; the old data key stays to open what it sealed. Reading and writing go on meanwhile.
    @discardableResult
    public func rotateTenantKeys(scope: some KeyScope) async throws -> KeyRotation {
        let scope = scope.keyScope
        let tenant = scope.tenant
        _ = try await loadTenantKeys(scope)
        let rotation = try await database.transaction(scope) { transaction in
            let former = try await lockedKeys(transaction, tenant)
            let data = try await wrapNew(.data, version: former.currentData + 1, tenant: tenant)
            let person = try await wrapNew(.person, version: former.currentWrapping + 1, tenant: tenant)
            for key in [data, person] { try await transaction.execute(TenantKeyStatements.add(key, tenant: tenant)) }
            let later = try await lockedKeys(transaction, tenant)
            let count = try await rewrapPersonKeys(transaction, tenant, from: former, to: later)
            try await transaction.execute(
                TenantKeyStatements.destroyPersonWrapping(before: person.version, tenant: tenant))
            return KeyRotation(
                dataVersion: Int(data.version), personVersion: Int(person.version), personKeys: count)
        }
        cache.expire(tenant)
        return rotation
    }

    /// Wraps the tenant's keys anew with the provider's current key-encryption key. Answers how many were under another.
    @discardableResult
    public func rewrapTenantKeys(scope: some KeyScope) async throws -> Int {
        let scope = scope.keyScope
        let tenant = scope.tenant
        let current = try await provider.currentKeyID()
        return try await database.transaction(scope) { transaction in
            let outdated = try await lockedRows(transaction, tenant).filter { $0.wrapped.keyID != current }
            for row in outdated {
                let context = KeyWrapContext(tenant: tenant, purpose: row.purpose, version: row.version)
                let wrapped = try await provider.wrap(unwrap(row, tenant: tenant), context)
                let fresh = StoredTenantKey(purpose: row.purpose, version: row.version, wrapped: wrapped)
                try await transaction.execute(TenantKeyStatements.replace(fresh, tenant: tenant))
            }
            return outdated.count
        }
    }

    /// Seals a value anew under the current key of the same kind: the tenant's after a rotation.
    public func reseal(_ envelope: [UInt8], _ context: SealContext) async throws -> [UInt8] {
        var plain = try await open(envelope, context)
        defer { wipe(&plain) }
        let person: UUIDv7? =
            if case .person(let person) = try Envelope.reference(of: envelope) { person } else { nil }
        return try await seal(plain, context, person: person)
    }

    private func rewrapPersonKeys(
        _ transaction: Transaction, _ tenant: TenantID, from former: TenantKeys, to later: TenantKeys
    ) async throws -> Int {
        var count = 0
        while true {
            let rows = try await transaction.query(
                PersonKeyStatements.outdated(before: later.currentWrapping, tenant: tenant, most: Self.rewrapBatch))
            if rows.isEmpty { return count }
            var persons: [UUIDv7] = []
            var wrapped: [[UInt8]] = []
            for row in rows {
                let person = try row.get("person", as: UUIDv7.self)
                let key = try former.unwrap(row.get("wrapped"), of: person)
                persons.append(person)
                wrapped.append(try later.wrap(key, of: person, limits: limits).envelope)
            }
            try await transaction.execute(
                PersonKeyStatements.replace(persons, wrapped: wrapped, by: later.currentWrapping, tenant: tenant))
            count += rows.count
        }
    }

    /// The tenant's rows, with everybody else kept from changing them and from adding person keys under them.
    private func lockedRows(_ transaction: Transaction, _ tenant: TenantID) async throws -> [StoredTenantKey] {
        // Two statements: rows that the holder of the lock has just added are visible only to a later snapshot.
        _ = try await transaction.query(TenantKeyStatements.lock(tenant: tenant))
        return try await transaction.query(TenantKeyStatements.readLocked(tenant: tenant)).map(StoredTenantKey.init)
    }

    private func lockedKeys(_ transaction: Transaction, _ tenant: TenantID) async throws -> TenantKeys {
        var unwrapped: [(StoredTenantKey, DataKey)] = []
        for row in try await lockedRows(transaction, tenant) {
            unwrapped.append((row, try await unwrap(row, tenant: tenant)))
        }
        guard let keys = TenantKeys(tenant: tenant, keys: unwrapped, after: nil) else {
            throw KeyVaultError(.tenantKeyMissing, "tenant \(tenant) has no keys")
        }
        return keys
    }
}
