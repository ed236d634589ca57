import AuditClient
import AuditCore
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// `POST /internal/v1/clients`.
struct ClientRequest: WireBody {
    /// The operator may choose it, so that asking twice makes one.
    let id: UUIDv7?
    let tenant: TenantID
    let name: String
    let roles: RoleSet
    let keys: ClientKeySet

    init(fields: inout FieldReader) {
        id = fields.optional("id")
        tenant = fields.required("tenant") { $0 == .system ? "must be an organisation" : nil }
        name = fields.required("name", check: OrganisationRequest.nameComplaint)
        roles = fields.required("roles") { $0.contains(.owner) ? "must not have `owner`: owners are people" : nil }
        keys = fields.required("jwks")
    }
}

/// Registers clients, and gives them tokens.
struct ClientCommands: Sendable {
    let parts: AuthParts
    /// RFC 7523 §2.2.
    static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    private var store: ClientStore { ClientStore(database: parts.database, system: parts.system) }

    /// Registers a client for an organisation: the operator's word.
    func create(_ request: ClientRequest, _ call: Call) async throws -> UUIDv7 {
        let organisations = OrganisationStore(database: parts.database, system: parts.system)
        guard try await organisations.find(request.tenant) != nil else {
            throw Problem.invalidField("/tenant", "is no organisation")
        }
        let now = parts.now()
        let client = Client(
            id: request.id ?? .generate(at: now), tenant: request.tenant, roles: request.roles.roles,
            keys: request.keys,
            notBefore: Instant(seconds: 0))
        let event = AuditEvent(
            call, by: EventActor(try call.service), tenant: client.tenant, action: "client.create",
            resource: EventResource(type: "client", id: client.id.text),
            changes: [.plain("roles", before: nil, after: request.roles.wire)])
        do {
            try await parts.database.pipeline(
                client.tenantScope,
                [ClientStore.insert(client, name: request.name, now: now), try parts.outbox.insertion(of: event)])
        } catch let error as PostgresError where error.code == .uniqueViolation {
            throw Problem.conflict(
                "client-exists", detail: "there is a client with this id",
                errors: [FieldError(pointer: "/id", detail: "is taken")])
        }
        return client.id
    }

    /// A token for a client that proves itself by its key; each proof once.
    ///
    /// - Parameter claimed: the `client_id` of the form, which may repeat the assertion's (RFC 7521 §4.2).
    func token(assertion compact: String, claimed: String? = nil, _ call: Call) async throws -> IssuedTokens {
        let now = parts.now()
        try await parts.limiter.admit(parts.rules.tokenByAddress, key: call.addressKey, now: now)
        let audiences: Set<String> = [parts.issuer.issuer, parts.issuer.issuer + TokenRoutes.tokenPath]
        guard let assertion = ClientAssertion(compact, audiences: audiences, now: now),
            claimed == nil || claimed == assertion.client.text,
            let client = try await store.find(assertion.client), assertion.isSigned(by: client.keys)
        else { throw Problem.invalidClient }
        let session = UUIDv7.generate(at: now)
        let tokens = try await parts.database.transaction(client.tenantScope) { transaction -> IssuedTokens? in
            let actor = EventActor(kind: .client, id: client.id.text, roles: client.roles.map(\.name))
            guard try await transaction.execute(ClientStore.use(assertion)) == 1 else {
                try await parts.outbox.record(
                    AuditEvent(
                        call, by: actor, tenant: client.tenant, action: "client.token",
                        resource: EventResource(type: "client", id: client.id.text), outcome: .denied,
                        reason: "replayed-assertion"), in: transaction)
                return nil
            }
            let settings = try OrganisationSettingsStore.read(
                await transaction.query(OrganisationSettingsStore.current(client.tenant))
            ).settings
            // Factors and methods are of people; where one comes from is not.
            guard settings.addresses.isEmpty || settings.addresses.contains(where: { $0.contains(call.clientIP) })
            else {
                try await parts.outbox.record(
                    AuditEvent(
                        call, by: actor, tenant: client.tenant, action: "client.token",
                        resource: EventResource(type: "client", id: client.id.text), outcome: .denied,
                        reason: SettingsDemand.address.rawValue), in: transaction)
                return nil
            }
            let access = try parts.issuer.issue(
                AccessTokenIssuer.Claims(
                    tenant: client.tenant, subject: client.id, roles: client.roles, employeeID: nil,
                    // RFC 8176: a key kept in software.
                    clientID: client.id.text, session: session, amr: ["swk"], authTime: now,
                    notBefore: client.notBefore, sessionEnd: now.adding(AccessTokenIssuer.lifetime)),
                now: now)
            try await parts.outbox.record(
                AuditEvent(
                    call, by: actor, tenant: client.tenant, action: "client.token",
                    resource: EventResource(type: "client", id: client.id.text)), in: transaction)
            return IssuedTokens(access: access, refresh: nil, issued: now)
        }
        guard let tokens else { throw Problem.invalidClient }
        return tokens
    }
}

extension Problem {
    /// Unknown client, wrong key, wrong audience, used or expired assertion: one answer (RFC 6749 §5.2).
    static let invalidClient = oauth(
        "invalid_client", status: 401, detail: "the client assertion is not accepted")
}
