import AuditClient
import AuditCore
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Ends memberships when an employment ended: HRService says so through its outbox, at least once.
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
            let now = parts.now()
            let floor = TokenFloor.raised(from: member.notBefore, now: now)
            _ = try await transaction.pipeline([
                Self.handle(command),
                SessionStore.endAll(of: member.id, tenant: member.tenant, because: .membershipEnded, now: now),
                AccountStore.removeMembership(tenant: member.tenant, member: member.id),
                InvitationStore.voidAll(of: member.id, tenant: member.tenant, now: now),
                MemberStore.end(member, notBefore: floor, now: now),
                try parts.outbox.insertion(of: event),
                RevocationStore.revoke(member: member.id, of: member.tenant, notBefore: floor),
            ])
            return .ended
        }
        guard let outcome else { throw Problem.lastOwner }
        return outcome
    }

    private static func handled(_ command: MembershipEnd) -> SQL {
        "SELECT id FROM handled_command WHERE tenant = \(command.tenant) AND id = \(command.id)"
    }

    private static func handle(_ command: MembershipEnd) -> SQL {
        "INSERT INTO handled_command (tenant, id) VALUES (\(command.tenant), \(command.id))"
    }
}
