import Postgres
import SQLQuery
import WireFormat

extension KeyVault {
    /// An opener for the key that `envelope` is under.
    func opener(_ scope: TenantScope, for envelope: [UInt8]) async throws -> Opener {
        let reference = try Envelope.reference(of: envelope)
        if case .person(let person) = reference {
            return try await opener(scope, reading: [person], addingMissing: false)
        }
        var keys = try await tenantKeys(scope)
        // Another copy has rotated the tenant's keys since they were read.
        if case .tenantData(let version) = reference, !keys.hasData(version) { keys = try await loadTenantKeys(scope) }
        return Opener(keys: keys, persons: [:])
    }

    /// An opener for `persons`, whose keys are read from the table and, when asked for, made when they are missing.
    func opener(_ scope: TenantScope, reading persons: [UUIDv7], addingMissing: Bool) async throws -> Opener {
        let keys = try await tenantKeys(scope)
        var statements = [PersonKeyStatements.read(persons, tenant: scope.tenant)]
        var found = try Self.personKeys(try await database.pipeline(scope, statements).last ?? [])
        let missing = persons.filter { found[$0] == nil }
        if addingMissing && !missing.isEmpty {
            statements.insert(try add(missing, keys), at: 0)
            do {
                found = try Self.personKeys(try await database.pipeline(scope, statements).last ?? [])
            } catch let error as PostgresError where error.code == .foreignKeyViolation {
                // The tenant's keys were rotated since they were read.
                return try await settledOpener(scope, reading: persons, addingMissing: true)
            }
        }
        for case .wrapped(let key) in found.values where try !keys.canUnwrap(key) {
            return try await settledOpener(scope, reading: persons, addingMissing: addingMissing)
        }
        return Opener(keys: keys, persons: found)
    }

    /// The same with rotations kept out, so that what is read of the tenant and of the persons belongs together.
    private func settledOpener(
        _ scope: TenantScope, reading persons: [UUIDv7], addingMissing: Bool
    ) async throws -> Opener {
        let tenant = scope.tenant
        return try await database.transaction(scope) { transaction in
            let rows = try await transaction.pipeline([
                TenantKeyStatements.lockShared(tenant: tenant), TenantKeyStatements.read(tenant: tenant),
            ])
            let keys = try await unlock(rows[1].map(StoredTenantKey.init), tenant: tenant)
            let read = PersonKeyStatements.read(persons, tenant: tenant)
            var found = try Self.personKeys(try await transaction.query(read))
            let missing = persons.filter { found[$0] == nil }
            if addingMissing && !missing.isEmpty {
                let added = try await transaction.pipeline([try add(missing, keys), read])
                found = try Self.personKeys(added[1])
            }
            return Opener(keys: keys, persons: found)
        }
    }

    private func add(_ persons: [UUIDv7], _ keys: TenantKeys) throws -> SQL {
        let wrapped = try persons.map { try keys.wrap(.generate(), of: $0, limits: limits).envelope }
        return PersonKeyStatements.add(persons, wrapped: wrapped, by: keys.currentWrapping, tenant: keys.tenant)
    }

    private static func personKeys(_ rows: [Row]) throws -> [UUIDv7: PersonKey] {
        var keys: [UUIDv7: PersonKey] = [:]
        for row in rows {
            let wrapped = try row.get("wrapped", as: WrappedPersonKey?.self)
            keys[try row.get("person")] = wrapped.map(PersonKey.wrapped) ?? .erased
        }
        return keys
    }
}
