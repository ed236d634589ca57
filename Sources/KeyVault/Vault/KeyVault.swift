public import Postgres
import SQLQuery
public import WireFormat

/// The keys of all tenants and persons whose data one service holds, and everything that is sealed under them
/// (docs/decisions/0002-key-committing-envelope.md).
///
/// A value of a person is under that person's key, which is under the tenant's, which is under a key-encryption key that
/// only the provider has. Plain keys never leave this module.
///
/// One value: `seal`, `open`. A page: one query that joins `person_key`, then `opener(scope:keys:)`. A change inside a
/// transaction: `sealer(scope:persons:)` before it.
public struct KeyVault: Sendable {
    let database: Database
    let provider: any KeyEncryptionKeyProvider
    let cache: TenantKeyCache
    let limits: SealLimits

    /// How many tenants' unwrapped keys stay in memory: three keys each; enough for the tenants one copy serves in a
    /// minute.
    public static let cachedTenants = 1_000
    /// How long unwrapped tenant keys are trusted without reading the table again.
    public static let cacheLifetime = Duration.seconds(300)

    /// A vault over the tables `tenant_key` and `person_key` of the database's schema.
    public init(
        database: Database, provider: any KeyEncryptionKeyProvider, limits: SealLimits = SealLimits(),
        cachedTenants: Int = KeyVault.cachedTenants, cacheLifetime: Duration = KeyVault.cacheLifetime
    ) {
        self.database = database
        self.provider = provider
        self.limits = limits
        cache = TenantKeyCache(capacity: cachedTenants, lifetime: cacheLifetime)
    }

    // MARK: One value

    /// Seals `plain` for `context` under the key of `person`, or under the tenant's when it is nil. Keys that are missing
    /// are made.
    public func seal(_ plain: [UInt8], _ context: SealContext, person: UUIDv7?) async throws -> [UInt8] {
        let sealer = try await sealer(scope: context.scope, persons: person.map { [$0] } ?? [])
        return try sealer.seal(plain, context, person: person)
    }

    /// Opens what was sealed for `context`.
    ///
    /// - Throws: `KeyVaultError`: `notAuthentic`, `personErased`, `personKeyMissing`, …
    public func open(_ envelope: [UInt8], _ context: SealContext) async throws -> [UInt8] {
        try await opener(context.scope, for: envelope).open(envelope, context)
    }

    /// Seals a column's value under the key of `person`, or under the tenant's when it is nil.
    public func seal<Value>(
        _ value: Value, in column: SealedColumn<Value>, row: UUIDv7, scope: some KeyScope, person: UUIDv7?
    ) async throws -> Sealed<Value> {
        let sealer = try await sealer(scope: scope, persons: person.map { [$0] } ?? [])
        return try sealer.seal(value, in: column, row: row, person: person)
    }

    /// Opens a column's value.
    public func open<Value>(
        _ sealed: Sealed<Value>, in column: SealedColumn<Value>, row: UUIDv7, scope: some KeyScope
    ) async throws -> Value {
        try await opener(scope.keyScope, for: sealed.envelope).open(sealed, in: column, row: row)
    }

    /// The keyed digest of a value, for `=` (see `Opener.index(_:column:)`); `column` is `table.column`.
    public func index(_ value: String, column: StaticString, scope: some KeyScope) async throws -> [UInt8] {
        try await opener(scope: scope).index(value, column: column)
    }

    // MARK: Many values

    /// An opener for one tenant; with `persons`, their keys are read in one query.
    public func opener(scope: some KeyScope, persons: [UUIDv7] = []) async throws -> Opener {
        let scope = scope.keyScope
        guard !persons.isEmpty else { return Opener(keys: try await tenantKeys(scope), persons: [:]) }
        return try await opener(scope, reading: persons, addingMissing: false)
    }

    /// An opener for the wrapped keys that a query brought along: no database access, unless the tenant's keys are not in
    /// memory or were rotated since.
    public func opener(scope: some KeyScope, keys: [UUIDv7: WrappedPersonKey]) async throws -> Opener {
        let scope = scope.keyScope
        let tenantKeys = try await tenantKeys(scope)
        if try keys.values.allSatisfy({ try tenantKeys.canUnwrap($0) }) {
            return Opener(keys: tenantKeys, persons: keys.mapValues(PersonKey.wrapped))
        }
        // The tenant's keys were rotated: before the caller's query or between it and now.
        return try await opener(scope, reading: Array(keys.keys), addingMissing: false)
    }

    /// A sealer for one tenant and these persons, whose keys are made when they are missing.
    ///
    /// - Throws: `personErased` when one of the persons was erased.
    public func sealer(scope: some KeyScope, persons: [UUIDv7] = []) async throws -> Sealer {
        let scope = scope.keyScope
        let persons = Array(Set(persons)).sorted()
        guard !persons.isEmpty else {
            return Sealer(opener: Opener(keys: try await tenantKeys(scope), persons: [:]), limits: limits)
        }
        let opener = try await opener(scope, reading: persons, addingMissing: true)
        for person in persons { _ = try opener.personKey(person) }
        return Sealer(opener: opener, limits: limits)
    }
}
