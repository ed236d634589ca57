import SQLQuery
import WireFormat

/// The statements on `tenant_key`.
enum TenantKeyStatements {
    static func read(tenant: TenantID) -> SQL {
        "SELECT purpose, version, kek_id, wrapped FROM tenant_key WHERE tenant = \(tenant)"
    }

    /// The same rows, locked: person keys that are being added under them are waited for, new ones wait.
    static func readLocked(tenant: TenantID) -> SQL {
        read(tenant: tenant) + " FOR UPDATE"
    }

    /// One change of a tenant's keys at a time, whatever the number of copies. Released when the transaction ends.
    static func lock(tenant: TenantID) -> SQL {
        "SELECT pg_advisory_xact_lock(hashtextextended('bailiwick/tenant-key/' || \(tenant)::text, 0))"
    }

    /// Keeps the tenant's keys as they are until the transaction ends. Many may hold it.
    static func lockShared(tenant: TenantID) -> SQL {
        "SELECT pg_advisory_xact_lock_shared(hashtextextended('bailiwick/tenant-key/' || \(tenant)::text, 0))"
    }

    static func add(_ key: StoredTenantKey, tenant: TenantID) -> SQL {
        """
        INSERT INTO tenant_key (tenant, purpose, version, kek_id, wrapped)
        VALUES (\(tenant), \(key.purpose.rawValue), \(Int64(key.version)), \(key.wrapped.keyID), \(key.wrapped.bytes))
        ON CONFLICT (tenant, purpose, version) DO NOTHING
        """
    }

    static func replace(_ key: StoredTenantKey, tenant: TenantID) -> SQL {
        """
        UPDATE tenant_key SET kek_id = \(key.wrapped.keyID), wrapped = \(key.wrapped.bytes)
        WHERE tenant = \(tenant) AND purpose = \(key.purpose.rawValue) AND version = \(Int64(key.version))
        """
    }

    /// Destroys the person-wrapping keys older than `version`. PostgreSQL refuses while a person key is under one.
    static func destroyPersonWrapping(before version: Int32, tenant: TenantID) -> SQL {
        "DELETE FROM tenant_key WHERE tenant = \(tenant) AND purpose = 'person' AND version < \(Int64(version))"
    }
}
