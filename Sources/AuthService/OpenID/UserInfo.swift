import AuditClient
import AuditCore
import IdentityClient
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Userinfo (OpenID Connect Core §5.3): what the scopes of an application's access token open.
struct UserInfo: Sendable {
    let parts: AuthParts

    /// - Throws: 401 `invalid_token`, 403 `insufficient_scope` (RFC 6750 §3.1).
    func claims(_ call: Call) async throws -> JSONValue {
        guard let bearer = Self.bearer(call) else { throw Problem.unauthenticated("an access token is needed") }
        guard let living = try await LivingAccessToken.find(bearer, parts) else {
            throw Problem.unauthenticated("the access token is not accepted", code: "invalid-token")
                .adding(header: .wwwAuthenticate, #"Bearer error="invalid_token""#)
        }
        guard let scopes = living.scopes, scopes.contains(.openid) else {
            throw Problem.forbidden("insufficient-scope", detail: "the token does not have the scope `openid`")
                .adding(header: .wwwAuthenticate, #"Bearer error="insufficient_scope", scope="openid""#)
        }
        let scope = living.tenantScope
        let rows = try await parts.database.query(
            scope, MemberStore.one(living.subject, tenant: living.tenant, where: "true"))
        guard let member = try rows.first.map(MemberStore.read), member.status == .active else {
            throw Problem.unauthenticated("the access token is not accepted", code: "invalid-token")
        }
        var claims: [String: JSONValue] = ["sub": member.id.wire]
        if scopes.contains(.email) {
            claims["email"] = .string(
                try await parts.secrets.openMemberEmail(member.sealedEmail, member: member.id, scope).reveal())
        }
        if scopes.contains(.organisation) {
            let organisations = OrganisationStore(database: parts.database, system: parts.system)
            claims["tenant"] = member.tenant.wire
            claims["roles"] = member.roles.wire
            claims["organisation_name"] = JSONValue(try await organisations.find(member.tenant)?.name)
        }
        return .object(claims)
    }

    private static func bearer(_ call: Call) -> String? {
        guard let header = call.headers[.authorization], header.prefix(7).lowercased() == "bearer " else { return nil }
        return String(header.dropFirst(7))
    }
}
