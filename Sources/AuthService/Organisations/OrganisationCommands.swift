import AuditClient
import AuditCore
import KeyVault
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Makes organisations: the operator's word.
struct OrganisationCommands: Sendable {
    let parts: AuthParts

    /// What the operator gets: whom to send the invitation to is his business.
    struct Created: WireEncodable {
        let organisation: Organisation
        let owner: UUIDv7
        let invitation: SentInvitation

        var wire: JSONValue {
            ["organisation": organisation.wire, "member": ["id": owner.wire], "invitation": invitation.wire]
        }
    }

    /// Makes an organisation with its keys and the invitation of its first owner.
    func create(_ request: OrganisationRequest, _ call: Call) async throws -> Created {
        let actor = EventActor(try call.service)
        let now = parts.now()
        let organisation = Organisation(id: request.id ?? .generate(at: now), name: request.name, createdAt: now)
        let scope = ServiceCommand(tenant: TenantID(organisation.id)).tenantScope
        // Before the organisation, so that a key provider that cannot be reached shows now.
        try await parts.secrets.vault.createTenantKeys(scope: scope)
        let event = AuditEvent(
            call, by: actor, tenant: scope.tenant, action: "organisation.create",
            resource: EventResource(type: "organisation", id: organisation.id.text),
            changes: [.plain("name", before: nil, after: .string(organisation.name))])
        do {
            _ = try await parts.database.pipeline(
                scope, [OrganisationStore.insert(organisation), try parts.outbox.insertion(of: event)])
        } catch let error as PostgresError where error.code == .uniqueViolation {
            throw Problem.conflict(
                "organisation-exists", detail: "there is an organisation with this id",
                errors: [FieldError(pointer: "/id", detail: "is taken")])
        }
        let invited = try await InvitationCommands(parts: parts).invite(
            InviteRequest(email: request.ownerEmail, roles: RoleSet([.owner])),
            by: InvitationCommands.Inviter(operator: actor), scope: scope, call)
        return Created(organisation: organisation, owner: invited.member.id, invitation: invited.invitation)
    }
}
