import SQLQuery
import WireFormat

/// The statements on `person_key`.
enum PersonKeyStatements {
    /// Rows of the erased have no wrapped key.
    static func read(_ persons: [UUIDv7], tenant: TenantID) -> SQL {
        """
        SELECT person, wrapped FROM person_key WHERE tenant = \(tenant) AND person = ANY (\(persons)::uuid[])
        """
    }

    /// Adds the keys that are not there yet; in the order of persons, so that two copies cannot deadlock.
    static func add(_ persons: [UUIDv7], wrapped: [[UInt8]], by version: Int32, tenant: TenantID) -> SQL {
        """
        INSERT INTO person_key (tenant, person, wrapped_by, wrapped)
        SELECT \(tenant)::text, added.person, \(Int64(version))::integer, added.wrapped
        FROM unnest(\(persons)::uuid[], \(wrapped)::bytea[]) AS added (person, wrapped)
        ORDER BY added.person
        ON CONFLICT (tenant, person) DO NOTHING
        """
    }

    /// Destroys the key and leaves a mark that keeps it from being made again, also where there was none.
    static func erase(_ person: UUIDv7, tenant: TenantID) -> SQL {
        """
        INSERT INTO person_key (tenant, person, erased_at) VALUES (\(tenant), \(person), now())
        ON CONFLICT (tenant, person) DO UPDATE SET wrapped = NULL, wrapped_by = NULL, erased_at = now()
        WHERE person_key.erased_at IS NULL
        """
    }

    /// Some of the keys that are still under an older version, locked.
    static func outdated(before version: Int32, tenant: TenantID, most: Int) -> SQL {
        """
        SELECT person, wrapped FROM person_key
        WHERE tenant = \(tenant) AND wrapped_by < \(Int64(version)) ORDER BY person LIMIT \(most) FOR UPDATE
        """
    }

    static func replace(_ persons: [UUIDv7], wrapped: [[UInt8]], by version: Int32, tenant: TenantID) -> SQL {
        """
        UPDATE person_key SET wrapped = fresh.wrapped, wrapped_by = \(Int64(version))::integer
        FROM unnest(\(persons)::uuid[], \(wrapped)::bytea[]) AS fresh (person, wrapped)
        WHERE person_key.tenant = \(tenant) AND person_key.person = fresh.person AND person_key.erased_at IS NULL
        """
    }
}
