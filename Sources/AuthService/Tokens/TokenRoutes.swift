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
            ) { call in try await SignInRoutes.secret(.json(token(call))) },
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
            ) { _ in published(metadata) },
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

    private func token(_ call: Call) async throws -> IssuedTokens {
        let form = try call.form(allowed: [
            "grant_type", "refresh_token", "client_id", "client_assertion", "client_assertion_type",
        ])
        switch form["grant_type"] {
        case "refresh_token":
            guard let token = form["refresh_token"] else {
                throw Problem.oauth("invalid_request", detail: "`refresh_token` is needed")
            }
            return try await SessionCommands(parts: parts).refresh(token, call)
        case "client_credentials":
            guard form["client_assertion_type"] == ClientCommands.assertionType,
                let assertion = form["client_assertion"]
            else {
                throw Problem.oauth(
                    "invalid_request",
                    detail: "`client_assertion` and `client_assertion_type=\(ClientCommands.assertionType)` are needed")
            }
            return try await ClientCommands(parts: parts).token(assertion: assertion, claimed: form["client_id"], call)
        case nil: throw Problem.oauth("invalid_request", detail: "`grant_type` is needed")
        default:
            throw Problem.oauth(
                "unsupported_grant_type", detail: "`grant_type` is `refresh_token` or `client_credentials`")
        }
    }

    private func rotate(_ call: Call) async throws -> Reply {
        try await SigningKeyCommands(parts: parts).rotate(call)
        return .json(parts.keys.overview, status: .created)
    }

    private func published(_ document: JSONValue) -> Reply {
        let seconds = SigningKeySchedule.publishedCacheLifetime.components.seconds
        return Reply.json(document).adding(.cacheControl, "public, max-age=\(seconds)")
    }

    /// RFC 8414.
    private var metadata: JSONValue {
        let issuer = parts.issuer.issuer
        return [
            "issuer": .string(issuer), "token_endpoint": .string(issuer + Self.tokenPath),
            "jwks_uri": .string(issuer + Self.jwksPath), "response_types_supported": [],
            "grant_types_supported": ["refresh_token", "client_credentials"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt", "none"],
            "token_endpoint_auth_signing_alg_values_supported": JSONValue(ClientKeySet.algorithms),
        ]
    }
}
