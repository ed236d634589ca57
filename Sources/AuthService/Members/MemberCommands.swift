import AuditClient
import AuditCore
import IdentityClient
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Changes of members. Each voids the member's tokens in the transaction that makes it.
struct MemberCommands: Sendable {
    let parts: AuthParts

    /// Gives a member other roles; nil when the gate does not let the member through.
    ///
    /// - Parameters:
    ///   - version: the one that the caller saw.
    ///   - predicate: the plan's rows for `member.update_roles`.
    func setRoles(
        _ roles: RoleSet, of id: UUIDv7, version: ETag, by token: AccessToken, where predicate: SQL,
        decision: EventDecision?, _ call: Call
    ) async throws -> Member? {
        try await parts.database.transaction(token.tenantScope) { transaction in
            _ = try await transaction.query(MemberStore.lockOrganisation(token.tenant))
            guard let member = try await locked(id, token.tenant, where: predicate, in: transaction) else { return nil }
            guard member.tag == version else { throw Problem.stale }
            guard member.status != .ended else { throw Problem.memberEnded }
            try await judgeRoles(of: member, becoming: roles, by: token, in: transaction)
            if member.roles == roles { return member }
            if !roles.contains(.owner), try await !leavesAnOwner(without: member, in: transaction) {
                throw Problem.lastOwner
            }
            let floor = TokenFloor.raised(from: member.notBefore, now: parts.now())
            let event = AuditEvent(
                call, by: token, action: "member.update_roles", resource: resource(member), decision: decision,
                changes: [.plain("roles", before: member.roles.wire, after: roles.wire)])
            _ = try await transaction.pipeline([
                MemberStore.setRoles(roles, of: member, notBefore: floor),
                try parts.outbox.insertion(of: event),
                RevocationStore.revoke(member: id, of: token.tenant, notBefore: floor),
            ])
            return try await reread(id, token.tenant, in: transaction)
        }
    }

    /// Links a member to an employee, or takes the link away: HRService's word, for the user of `token`.
    ///
    /// - Throws: 403 `own-invitation` to whoever has invited the member. He chose the address that the invitation went to,
    ///   which may be one of his own: the link would make him that employee.
    func link(_ id: UUIDv7, to employee: UUIDv7?, by token: AccessToken, _ call: Call) async throws -> Member {
        guard id != token.subject else { throw Problem.ownLink }
        return try await parts.database.transaction(token.tenantScope) { transaction in
            guard let member = try await locked(id, token.tenant, in: transaction) else { throw Problem.notFound() }
            guard member.status != .ended else { throw Problem.memberEnded }
            let invitations = try await transaction.query(
                MemberStore.invitation(of: id, by: token.subject, tenant: token.tenant))
            guard invitations.isEmpty else { throw Problem.ownInvitation }
            if member.employeeID == employee { return member }
            if let employee {
                let holders = try await transaction.query(MemberStore.byEmployee(employee, tenant: token.tenant))
                guard holders.isEmpty else { throw Self.employeeTaken }
            }
            let floor = TokenFloor.raised(from: member.notBefore, now: parts.now())
            let event = AuditEvent(
                call, by: token, action: "member.link_employee",
                resource: EventResource(type: "member", id: id.text, person: employee ?? member.employeeID),
                changes: [
                    .plain(
                        "employee_id", before: member.employeeID?.wire ?? .null, after: employee?.wire ?? .null)
                ])
            do {
                _ = try await transaction.pipeline([
                    MemberStore.setEmployee(employee, of: member, notBefore: floor),
                    try parts.outbox.insertion(of: event),
                    RevocationStore.revoke(member: id, of: token.tenant, notBefore: floor),
                ])
            } catch let error as PostgresError where error.code == .uniqueViolation {
                throw Self.employeeTaken
            }
            return try await reread(id, token.tenant, in: transaction)
        }
    }

    private static let employeeTaken = Problem.conflict(
        "employee-linked", detail: "another member is linked to this employee",
        errors: [FieldError(pointer: "/employee_id", detail: "is linked to another member")])

    // MARK: Parts of transactions

    /// The member, locked.
    func locked(
        _ id: UUIDv7, _ tenant: TenantID, where predicate: SQL = "true", in transaction: Transaction
    ) async throws -> Member? {
        try await transaction.query(MemberStore.locked(id, tenant: tenant, where: predicate)).first
            .map(MemberStore.read)
    }

    /// Whether the organisation still has an active owner when `member` no longer is one. The organisation is locked.
    func leavesAnOwner(without member: Member, in transaction: Transaction) async throws -> Bool {
        guard member.status == .active, member.roles.contains(.owner) else { return true }
        let rows = try await transaction.query(MemberStore.otherOwners(than: member.id, tenant: member.tenant))
        return try rows.first?.get("owners", as: Int.self) ?? 0 > 0
    }

    /// Throws when these roles are not the actor's to give or take: by his roles as they are now, not as they were when
    /// the token was issued.
    func judgeRoles(
        of member: Member, becoming roles: RoleSet, by token: AccessToken, in transaction: Transaction
    ) async throws {
        try RoleRules.judge(
            from: member.roles, to: roles, actor: try await presentRoles(of: token, in: transaction),
            isSelf: member.id == token.subject)
    }

    /// The roles that the bearer of a token has now.
    func presentRoles(of token: AccessToken, in transaction: Transaction) async throws -> [Role] {
        let rows = try await transaction.query(MemberStore.one(token.subject, tenant: token.tenant, where: "true"))
        guard let member = try rows.first.map(MemberStore.read) else {
            // A client that acts by its own token: its roles are in the token.
            return Role.list(token.roles) ?? []
        }
        // A member whose end committed while this request was on its way has no roles any more.
        return member.status == .active ? member.roles.roles : []
    }

    func reread(_ id: UUIDv7, _ tenant: TenantID, in transaction: Transaction) async throws -> Member {
        let rows = try await transaction.query(MemberStore.one(id, tenant: tenant, where: "true"))
        guard let row = rows.first else { throw Problem.notFound() }
        return try MemberStore.read(row)
    }

    private func resource(_ member: Member) -> EventResource {
        EventResource(type: "member", id: member.id.text, person: member.employeeID)
    }
}
