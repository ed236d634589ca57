public import Postgres
public import WireFormat

extension KeyVault {
    /// Destroys the person's key: nothing sealed under it opens again, and none is made for that person any more.
    ///
    /// Copies that are restored from a backup hold the wrapped key still. `rotateTenantKeys` takes the key that wrapped it
    /// out of the database, and destroying the key-encryption key of that time ends it for backups too.
    ///
    /// - Returns: whether the person had not been erased before.
    @discardableResult
    public func erase(person: UUIDv7, scope: some KeyScope) async throws -> Bool {
        let scope = scope.keyScope
        return try await database.execute(scope, PersonKeyStatements.erase(person, tenant: scope.tenant)) > 0
    }

    /// The same inside a transaction, together with the event that records it.
    @discardableResult
    public func erase(person: UUIDv7, scope: TenantScope, in transaction: Transaction) async throws -> Bool {
        try await transaction.execute(PersonKeyStatements.erase(person, tenant: scope.tenant)) > 0
    }
}
