import AuditClient
import AuditCore
import IdentityClient
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Ends memberships: because somebody who may says so, or because an employment ended, which HRService says through its
/// outbox, at least once.
struct MembershipEnding: Sendable {
    let parts: AuthParts

    /// What became of a command.
    enum Outcome: String, Sendable {
        /// It has ended, now or by an earlier delivery.
        case ended
        /// The member is not there, or not linked to that employee any more.
        case nobody
    }

    /// Ends the membership: sessions, refresh tokens and access tokens with it, in one transaction.
    ///
    /// - Throws: 409 `last-owner` when the organisation would be left without one; its trail says so. The sender keeps
    ///   the command for an operator.
    func end(_ command: MembershipEnd, _ call: Call) async throws -> Outcome {
        let actor = EventActor(try call.service)
        let scope = ServiceCommand(tenant: command.tenant).tenantScope
        // Nil: refused. What the trail hears of it has to commit, so nothing is thrown inside.
        let outcome = try await parts.database.transaction(scope) { transaction -> Outcome? in
            _ = try await transaction.query(MemberStore.lockOrganisation(command.tenant))
            if try await !transaction.query(Self.handled(command)).isEmpty { return .ended }
            _ = try await transaction.query(SessionStore.lockAll(of: command.member, tenant: command.tenant))
            let members = MemberCommands(parts: parts)
            guard let member = try await members.locked(command.member, command.tenant, in: transaction),
                member.employeeID == command.employee, member.status != .ended
            else { return .nobody }

            let resource = EventResource(type: "member", id: member.id.text, person: command.employee)
            guard try await members.leavesAnOwner(without: member, in: transaction) else {
                let event = AuditEvent(
                    call, by: actor, tenant: command.tenant, action: "member.end", resource: resource,
                    outcome: .denied, reason: "last-owner")
                try await parts.outbox.record(event, in: transaction)
                return nil
            }
            let event = AuditEvent(
                call, by: actor, tenant: command.tenant, action: "member.end", resource: resource,
                reason: "employment-ended")
            _ = try await transaction.pipeline([Self.handle(command)] + ending(of: member, event))
            return .ended
        }
        guard let outcome else { throw Problem.lastOwner }
        return outcome
    }

    /// Ends a membership on the word of somebody who may; nil when the gate does not let the member through.
    ///
    /// - Parameters:
    ///   - version: the one that the caller saw.
    ///   - predicate: the plan's rows for `member.end`.
    func end(
        _ id: UUIDv7, version: ETag, by token: AccessToken, where predicate: SQL, decision: EventDecision?,
        _ call: Call
    ) async throws -> Member? {
        try await parts.database.transaction(token.tenantScope) { transaction in
            _ = try await transaction.query(MemberStore.lockOrganisation(token.tenant))
            _ = try await transaction.query(SessionStore.lockAll(of: id, tenant: token.tenant))
            let members = MemberCommands(parts: parts)
            guard let member = try await members.locked(id, token.tenant, where: predicate, in: transaction) else {
                return nil
            }
            guard member.tag == version else { throw Problem.stale }
            guard member.status != .ended else { throw Problem.memberEnded }
            guard id != token.subject else { throw Problem.ownEnd }
            try await members.judgeRoles(of: member, becoming: RoleSet([]), by: token, in: transaction)
            guard try await members.leavesAnOwner(without: member, in: transaction) else { throw Problem.lastOwner }
            let event = AuditEvent(
                call, by: token, action: "member.end",
                resource: EventResource(type: "member", id: id.text, person: member.employeeID), decision: decision,
                changes: [.plain("status", before: .string(member.status.rawValue), after: "ended")])
            _ = try await transaction.pipeline(try ending(of: member, event))
            return try await members.reread(id, token.tenant, in: transaction)
        }
    }

    /// Sessions, memberships, invitations and tokens of a locked member end together.
    private func ending(of member: Member, _ event: AuditEvent) throws -> [SQL] {
        let now = parts.now()
        let floor = TokenFloor.raised(from: member.notBefore, now: now)
        return [
            SessionStore.endAll(of: member.id, tenant: member.tenant, because: .membershipEnded, now: now),
            AccountStore.removeMembership(tenant: member.tenant, member: member.id),
            InvitationStore.voidAll(of: member.id, tenant: member.tenant, now: now),
            MemberStore.end(member, notBefore: floor, now: now),
            try parts.outbox.insertion(of: event),
            RevocationStore.revoke(member: member.id, of: member.tenant, notBefore: floor),
        ]
    }

    private static func handled(_ command: MembershipEnd) -> SQL {
        "SELECT id FROM handled_command WHERE tenant = \(command.tenant) AND id = \(command.id)"
    }

    private static func handle(_ command: MembershipEnd) -> SQL {
        "INSERT INTO handled_command (tenant, id) VALUES (\(command.tenant), \(command.id))"
    }
}
