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

    /// What the operator gets. The invitation goes to the owner by mail.
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
        // Before anything is made: without mail nobody could join.
        guard parts.mail != nil else { throw Problem.mailMissing }
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
        return try await invite(request.ownerEmail, to: organisation, by: actor, scope, call)
    }

    /// Sends the first owner's invitation anew, or to another address: a link is good for half an hour, and nobody in the
    /// organisation could ask for another one yet.
    ///
    /// - Throws: 409 `organisation-has-owner` once an owner has joined: from then on owners invite owners.
    func inviteOwner(of id: UUIDv7, _ request: OwnerInvitation, _ call: Call) async throws -> Created {
        let actor = EventActor(try call.service)
        let scope = ServiceCommand(tenant: TenantID(id)).tenantScope
        let store = OrganisationStore(database: parts.database, system: parts.system)
        guard let organisation = try await store.find(scope.tenant) else { throw Problem.notFound() }
        let rows = try await parts.database.query(scope, MemberStore.owners(of: scope.tenant))
        guard try rows.first?.get("owners", as: Int.self) == 0 else { throw Problem.organisationHasOwner }
        return try await invite(request.email, to: organisation, by: actor, scope, call)
    }

    private func invite(
        _ email: EmailAddress, to organisation: Organisation, by actor: EventActor, _ scope: TenantScope, _ call: Call
    ) async throws -> Created {
        let invited = try await InvitationCommands(parts: parts).invite(
            InviteRequest(email: email, roles: RoleSet([.owner])), by: InvitationCommands.Inviter(operator: actor),
            scope: scope, call)
        return Created(organisation: organisation, owner: invited.member.id, invitation: invited.invitation)
    }
}
