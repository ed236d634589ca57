import ServiceKit
import WireFormat

/// The token endpoint, and what consumers of tokens need to know.
struct TokenRoutes: Sendable {
    static let tokenPath = "/v1/token"
    static let jwksPath = "/.well-known/jwks.json"

    let parts: AuthParts

    var routes: [Route] {
        [
            Route(
                .post, Self.tokenPath,
                access: .open(because: "a refresh token or a client's key stands in for a token"),
                body: .form
            ) { call in try await SignInRoutes.secret(token(call)) },
            Route(
                .post, "/v1/sign-out", access: .signedIn(because: "everybody may end the own session")
            ) { call in
                try await SessionCommands(parts: parts).signOut(call.user, call)
                return .empty()
            },
            Route(.get, Self.jwksPath, access: .open(because: "public keys are public")) { _ in
                published(parts.keys.jwks)
            },
            Route(
                .get, "/.well-known/oauth-authorization-server",
                access: .open(because: "clients learn from it where to go")
            ) { _ in published(ProviderMetadata(issuer: parts.issuer.issuer).wire) },
            Route(
                .get, "/.well-known/openid-configuration",
                access: .open(because: "clients learn from it where to go")
            ) { _ in published(ProviderMetadata(issuer: parts.issuer.issuer).wire) },
        ]
    }

    /// For our other services.
    var internalRoutes: [Route] {
        [
            Route(
                .get, "/internal/v1/jwks",
                access: .service(callers: [.auth, .policy, .hr, .audit, .operator], user: .none)
            ) { _ in .json(parts.keys.jwks) },
            Route(
                .get, "/internal/v1/signing-keys", access: .service(callers: [.operator], user: .none)
            ) { _ in .json(parts.keys.overview) },
            Route(
                .post, "/internal/v1/signing-keys", access: .service(callers: [.operator], user: .none)
            ) { call in try await rotate(call) },
            Route(
                .post, "/internal/v1/clients", access: .service(callers: [.operator], user: .none),
                body: .json(limit: Self.clientBodyLimit)
            ) { call in
                let id = try await ClientCommands(parts: parts).create(call.decode(), call)
                return .json(["client_id": id.wire], status: .created)
            },
        ]
    }

    /// A name and a few public keys.
    private static let clientBodyLimit = 32 << 10

    private func token(_ call: Call) async throws -> Reply {
        let form = try call.form(
            allowed: ApplicationAuthentication.fields.union([
                "grant_type", "refresh_token", "code", "redirect_uri", "code_verifier",
                // A refresh gives what was agreed to, neither more nor less, and says so (RFC 6749 §3.3).
                "scope",
            ]))
        switch form["grant_type"] {
        case "refresh_token":
            guard let token = form["refresh_token"] else {
                throw Problem.oauth("invalid_request", detail: "`refresh_token` is needed")
            }
            let client = try await refreshingClient(call, form)
            return .json(try await SessionCommands(parts: parts).refresh(token, client: client, call))
        case "authorization_code":
            let application = try await ApplicationAuthentication(parts: parts)
                .application(call, form, endpoint: Self.tokenPath)
            return .json(try await CodeRedemption(parts: parts).redeem(form, application, call))
        case "client_credentials":
            guard form["client_assertion_type"] == ClientCommands.assertionType,
                let assertion = form["client_assertion"]
            else {
                throw Problem.oauth(
                    "invalid_request",
                    detail: "`client_assertion` and `client_assertion_type=\(ClientCommands.assertionType)` are needed")
            }
            return .json(
                try await ClientCommands(parts: parts).token(assertion: assertion, claimed: form["client_id"], call))
        case nil: throw Problem.oauth("invalid_request", detail: "`grant_type` is needed")
        default:
            throw Problem.oauth(
                "unsupported_grant_type",
                detail: "`grant_type` is `authorization_code`, `refresh_token` or `client_credentials`")
        }
    }

    /// Whose refresh token it has to be: an application proves itself (RFC 6749 §6); our own frontends have no proof to
    /// give, and name themselves or nobody.
    private func refreshingClient(_ call: Call, _ form: [String: String]) async throws -> String {
        let isNamed = form["client_id"].map { $0 != SessionCommands.firstPartyClient } ?? false
        guard isNamed || form["client_assertion"] != nil || ApplicationAuthentication.triesBasic(call) else {
            return SessionCommands.firstPartyClient
        }
        return try await ApplicationAuthentication(parts: parts).application(call, form, endpoint: Self.tokenPath)
            .id.text
    }

    private func rotate(_ call: Call) async throws -> Reply {
        try await SigningKeyCommands(parts: parts).rotate(call)
        return .json(parts.keys.overview, status: .created)
    }

    private func published(_ document: JSONValue) -> Reply {
        let seconds = SigningKeySchedule.publishedCacheLifetime.components.seconds
        return Reply.json(document).adding(.cacheControl, "public, max-age=\(seconds)")
    }
}
