import Postgres
import SQLQuery
import WireFormat

/// All SQL about members: a tenant table.
///
/// Locks are taken in one order everywhere: organisation, refresh token, session, member, revocation.
enum MemberStore {
    private static let columns: SQL =
        """
        m.tenant, m.id, m.account, m.email, m.roles, m.employee_id, m.status, m.not_before, m.version, m.created_at
        """

    static func read(_ row: Row) throws -> Member {
        // A role that this release does not know gives no rights, and no token either.
        guard let roles = Role.list(try row.get("roles")), let status = Member.Status(rawValue: try row.get("status"))
        else { throw DamagedRow(table: "member") }
        return Member(
            tenant: try row.get("tenant"), id: try row.get("id"), account: try row.get("account"),
            sealedEmail: try row.get("email"), roles: RoleSet(roles), employeeID: try row.get("employee_id"),
            status: status, notBefore: try row.get("not_before"), version: try row.get("version"),
            createdAt: try row.get("created_at"))
    }

    // MARK: Reading

    /// A page of the members that the gate lets through, in the order of their ids.
    static func page(tenant: TenantID, after: UUIDv7?, limit: Int, gate: MemberGate) -> SQL {
        let start: SQL = if let after { " AND m.id > \(after)" } else { "" }
        return """
            SELECT \(gated(gate)) FROM member m
            WHERE m.tenant = \(tenant) AND \(gate.rows)\(start)
            ORDER BY m.id LIMIT \(limit)
            """
    }

    static func one(_ id: UUIDv7, tenant: TenantID, gate: MemberGate) -> SQL {
        "SELECT \(gated(gate)) FROM member m WHERE m.tenant = \(tenant) AND m.id = \(id) AND \(gate.rows)"
    }

    /// One that the gate lets through, with whether a field of it may be written.
    static func one(_ id: UUIDv7, tenant: TenantID, gate: MemberGate, writing field: String) -> SQL {
        """
        SELECT \(columns), \(gate.writing(field)) AS is_writable FROM member m
        WHERE m.tenant = \(tenant) AND m.id = \(id) AND \(gate.rows)
        """
    }

    private static func gated(_ gate: MemberGate) -> SQL {
        "\(columns), \(gate.readsAccount) AS shows_account, \(gate.readsContact) AS shows_contact"
    }

    static func readGated(_ row: Row) throws -> GatedMember {
        GatedMember(
            member: try read(row), showsAccount: try row.get("shows_account"),
            showsContact: try row.get("shows_contact"))
    }

    static func one(_ id: UUIDv7, tenant: TenantID, where predicate: SQL) -> SQL {
        "SELECT \(columns) FROM member m WHERE m.tenant = \(tenant) AND m.id = \(id) AND (\(predicate))"
    }

    static func byEmail(_ index: [UInt8], tenant: TenantID, isLocking: Bool = true) -> SQL {
        let lock: SQL = isLocking ? " FOR UPDATE" : ""
        return "SELECT \(columns) FROM member m WHERE m.tenant = \(tenant) AND m.email_index = \(index)\(lock)"
    }

    static func byEmployee(_ employee: UUIDv7, tenant: TenantID) -> SQL {
        "SELECT \(columns) FROM member m WHERE m.tenant = \(tenant) AND m.employee_id = \(employee)"
    }

    /// A row when `inviter` has ever sent the member an invitation.
    static func invitation(of member: UUIDv7, by inviter: UUIDv7, tenant: TenantID) -> SQL {
        """
        SELECT inviter FROM member_inviter
        WHERE tenant = \(tenant) AND member = \(member) AND inviter = \(inviter)
        """
    }

    // MARK: Locking

    /// The organisation's row orders all changes that could leave it without an owner.
    static func lockOrganisation(_ tenant: TenantID) -> SQL {
        "SELECT id FROM organisation WHERE id = \(UUIDv7(tenant.text).sqlValue) FOR UPDATE"
    }

    /// For a change of the member: waits for tokens being issued, and makes later ones wait.
    static func locked(_ id: UUIDv7, tenant: TenantID, where predicate: SQL) -> SQL {
        """
        SELECT \(columns) FROM member m WHERE m.tenant = \(tenant) AND m.id = \(id) AND (\(predicate)) FOR UPDATE
        """
    }

    /// For issuing a token: waits for a change under way.
    static func shared(_ id: UUIDv7, tenant: TenantID) -> SQL {
        "SELECT \(columns) FROM member m WHERE m.tenant = \(tenant) AND m.id = \(id) FOR SHARE"
    }

    /// The second from which on the member's tokens are valid.
    static func floor(of id: UUIDv7, tenant: TenantID) -> SQL {
        "SELECT not_before FROM member WHERE tenant = \(tenant) AND id = \(id)"
    }

    /// How many other active owners there are. Run with the organisation locked.
    static func otherOwners(than id: UUIDv7, tenant: TenantID) -> SQL {
        """
        SELECT count(*) AS owners FROM member
        WHERE tenant = \(tenant) AND id <> \(id) AND status = 'active' AND \(Role.owner.name) = ANY (roles)
        """
    }

    /// How many active owners there are.
    static func owners(of tenant: TenantID) -> SQL {
        """
        SELECT count(*) AS owners FROM member
        WHERE tenant = \(tenant) AND status = 'active' AND \(Role.owner.name) = ANY (roles)
        """
    }

    // MARK: Changing

    static func insert(
        _ id: UUIDv7, tenant: TenantID, email: [UInt8], emailIndex: [UInt8], roles: RoleSet, now: Instant
    ) -> SQL {
        """
        INSERT INTO member (tenant, id, email, email_index, roles, status, created_at)
        VALUES (\(tenant), \(id), \(email), \(emailIndex), \(roles.names), 'invited', \(now))
        """
    }

    /// Remembers who chose the address of an invitation, or sent it anew.
    static func remember(inviter: UUIDv7, of member: UUIDv7, tenant: TenantID) -> SQL {
        """
        INSERT INTO member_inviter (tenant, member, inviter) VALUES (\(tenant), \(member), \(inviter))
        ON CONFLICT DO NOTHING
        """
    }

    /// Joins an account to an invited member. Affects no row when the member is no longer invited.
    static func activate(_ id: UUIDv7, tenant: TenantID, account: UUIDv7) -> SQL {
        """
        UPDATE member SET account = \(account), status = 'active', version = version + 1
        WHERE tenant = \(tenant) AND id = \(id) AND status = 'invited'
        """
    }

    static func setRoles(_ roles: RoleSet, of member: Member, notBefore: Instant) -> SQL {
        """
        UPDATE member SET roles = \(roles.names), not_before = \(notBefore), version = version + 1
        WHERE tenant = \(member.tenant) AND id = \(member.id) AND version = \(member.version)
        """
    }

    static func setEmployee(_ employee: UUIDv7?, of member: Member, notBefore: Instant) -> SQL {
        """
        UPDATE member SET employee_id = \(employee.sqlValue), not_before = \(notBefore), version = version + 1
        WHERE tenant = \(member.tenant) AND id = \(member.id) AND version = \(member.version)
        """
    }

    /// The end keeps the row for the trail, and frees the address and the employee for a new invitation.
    static func end(_ member: Member, notBefore: Instant, now: Instant) -> SQL {
        """
        UPDATE member
        SET status = 'ended', ended_at = \(now), account = NULL, employee_id = NULL, not_before = \(notBefore),
            email_index = email_index || \(member.id.bytes), version = version + 1
        WHERE tenant = \(member.tenant) AND id = \(member.id) AND version = \(member.version)
        """
    }
}
