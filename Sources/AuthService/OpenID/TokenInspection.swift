import AuditClient
import AuditCore
import IdentityClient
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Introspection (RFC 7662) and revocation (RFC 7009) of an application's own tokens.
struct TokenInspection: Sendable {
    let parts: AuthParts

    /// What a token is; `{"active": false}` for whatever is not a living token of this application. A public client cannot
    /// prove that it is the one, so it is told nothing.
    func introspect(_ text: String, by application: Application) async throws -> JSONValue {
        let inactive: JSONValue = ["active": false]
        guard application.authentication != .none else { throw Problem.publicIntrospection }
        if let (stored, scopes) = try await refreshToken(text, of: application) {
            let now = parts.now()
            guard stored.usedAt == nil, stored.expiresAt > now, stored.session.isAlive(at: now) else { return inactive }
            return [
                "active": true, "client_id": application.id.wire, "sub": stored.session.member.wire,
                "scope": .string(OpenIDScope.text(scopes)), "exp": .integer(stored.expiresAt.seconds),
                "iss": .string(parts.issuer.issuer), "tenant": stored.session.tenant.wire,
                "sid": stored.session.id.wire,
            ]
        }
        guard let living = try await LivingAccessToken.find(text, parts), living.clientID == application.id.text else {
            return inactive
        }
        var members: [String: JSONValue] = ["active": true, "token_type": "Bearer"]
        for name in ["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope", "tenant", "sid", "acr", "amr"] {
            members[name] = living.token[name]
        }
        return .object(members)
    }

    /// Ends the session that a token belongs to: refresh tokens and access tokens of it are void at once. Nothing happens
    /// for what is no token of this application (RFC 7009 §2.2).
    func revoke(_ text: String, by application: Application, _ call: Call) async throws {
        var session: UUIDv7?
        if let (stored, _) = try await refreshToken(text, of: application) {
            session = stored.session.id
        } else if let living = try await LivingAccessToken.find(text, parts), living.clientID == application.id.text {
            session = living.session
        }
        guard let session else { return }
        let parts = parts
        try await parts.database.transaction(application.tenantScope) { transaction in
            let rows = try await transaction.query(SessionStore.locked(session, tenant: application.tenant))
            let living = try rows.map(SessionStore.read).filter { $0.endedAt == nil }
            let event = AuditEvent(
                call, by: EventActor(kind: .client, id: application.id.text), tenant: application.tenant,
                action: "application.revoke", resource: EventResource(type: "session", id: session.text))
            try await SessionCommands(parts: parts).end(living, because: .tokenRevoked, event, in: transaction)
        }
    }

    private func refreshToken(
        _ text: String, of application: Application
    ) async throws -> (StoredRefreshToken, [OpenIDScope])? {
        guard let token = OpaqueToken(text, kind: .refresh), token.tenant == application.tenant else { return nil }
        return try await parts.database.transaction(token.tenantScope) {
            transaction -> (StoredRefreshToken, [OpenIDScope])? in
            let rows = try await transaction.query(SessionStore.refreshToken(token.hash, tenant: token.tenant))
            guard let stored = try rows.first.map(SessionStore.readRefreshToken),
                stored.session.clientID == application.id.text
            else { return nil }
            return (stored, try await ApplicationSession.scopes(of: stored.session, in: transaction) ?? [])
        }
    }
}

extension Problem {
    /// RFC 7662 §2.1 wants the caller authenticated.
    static let publicIntrospection = oauth(
        "invalid_client", status: 401, detail: "a client that cannot prove itself cannot introspect")
}
