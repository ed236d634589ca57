import Postgres
import SQLQuery
import WireFormat

/// All SQL about an organisation's settings: a tenant table that only grows.
enum OrganisationSettingsStore {
    /// One version with who made it.
    struct Entry: Sendable {
        let version: Int64
        let settings: OrganisationSettings
        let changedAt: Instant
        let changedBy: UUIDv7
    }

    /// The latest version; no row for an organisation that never said anything.
    static func current(_ tenant: TenantID) -> SQL {
        """
        SELECT version, settings::text AS settings FROM organisation_settings
        WHERE tenant = \(tenant) ORDER BY version DESC LIMIT 1
        """
    }

    /// Reads ``current(_:)``. Settings that this release cannot read let nobody in.
    static func read(_ rows: [Row]) throws -> VersionedSettings {
        guard let row = rows.first else { return VersionedSettings(version: 0, settings: .standard) }
        return VersionedSettings(version: try row.get("version"), settings: try settings(of: row))
    }

    /// Versions before `version`, the newest first.
    static func history(_ tenant: TenantID, before version: Int64, limit: Int) -> SQL {
        """
        SELECT version, settings::text AS settings, changed_at, changed_by FROM organisation_settings
        WHERE tenant = \(tenant) AND version < \(version) ORDER BY version DESC LIMIT \(limit)
        """
    }

    static func entry(_ row: Row) throws -> Entry {
        Entry(
            version: try row.get("version"), settings: try settings(of: row), changedAt: try row.get("changed_at"),
            changedBy: try row.get("changed_by"))
    }

    /// The next version. Two changes at once meet in the primary key, if not before in the organisation's lock.
    static func insert(
        _ settings: OrganisationSettings, version: Int64, tenant: TenantID, by member: UUIDv7, now: Instant
    ) -> SQL {
        """
        INSERT INTO organisation_settings (tenant, version, settings, changed_at, changed_by)
        VALUES (\(tenant), \(version), \(settings.wire.text)::jsonb, \(now), \(member))
        """
    }

    /// Active members after `position` with what they could sign in with, and where they last did.
    ///
    /// - Parameter gate: of which members the caller may see the address.
    static func waysIn(_ tenant: TenantID, after position: UUIDv7?, limit: Int, gate: MemberGate) -> SQL {
        let start: SQL = if let position { " AND m.id > \(position)" } else { "" }
        return """
            SELECT m.id, m.roles, m.email, (\(gate.rows) AND \(gate.readsContact)) AS shows_contact,
                a.password_hash IS NOT NULL AS has_password,
                EXISTS (SELECT FROM totp t WHERE t.account = a.id) AS has_totp,
                EXISTS (SELECT FROM passkey p WHERE p.account = a.id) AS has_passkey,
                EXISTS (SELECT FROM recovery_code r WHERE r.account = a.id AND r.used_at IS NULL) AS has_recovery,
                (SELECT s.ip FROM session s WHERE s.tenant = m.tenant AND s.member = m.id
                 ORDER BY s.authenticated_at DESC LIMIT 1) AS last_address
            FROM member m JOIN account a ON a.id = m.account
            WHERE m.tenant = \(tenant) AND m.status = 'active'\(start)
            ORDER BY m.id LIMIT \(limit)
            """
    }

    private static func settings(of row: Row) throws -> OrganisationSettings {
        do {
            return try OrganisationSettings.decode(from: JSONValue.parse(row.get("settings", as: String.self)))
        } catch {
            throw DamagedRow(table: "organisation_settings")
        }
    }
}
