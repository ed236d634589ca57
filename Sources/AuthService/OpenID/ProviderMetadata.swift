import IdentityCore
import WireFormat

/// What clients learn from us (OpenID Connect Discovery §3, RFC 8414 §2).
struct ProviderMetadata: WireEncodable {
    let issuer: String

    var wire: JSONValue {
        let methods: JSONValue = ["none", "client_secret_basic", "private_key_jwt"]
        func url(_ path: String) -> JSONValue { .string(issuer + path) }
        return [
            "issuer": .string(issuer), "authorization_endpoint": url(OpenIDRoutes.authorizationPath),
            "token_endpoint": url(TokenRoutes.tokenPath), "jwks_uri": url(TokenRoutes.jwksPath),
            "userinfo_endpoint": url(OpenIDRoutes.userInfoPath),
            "introspection_endpoint": url(OpenIDRoutes.introspectionPath),
            "revocation_endpoint": url(OpenIDRoutes.revocationPath),
            "pushed_authorization_request_endpoint": url(OpenIDRoutes.pushPath),
            "end_session_endpoint": url(OpenIDRoutes.endSessionPath),
            "scopes_supported": JSONValue(OpenIDScope.allCases.map(\.rawValue)),
            "response_types_supported": ["code"], "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "acr_values_supported": JSONValue(AssuranceLevel.allCases.map(\.acr)),
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": methods,
            "token_endpoint_auth_signing_alg_values_supported": JSONValue(ClientKeySet.algorithms),
            "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
            "revocation_endpoint_auth_methods_supported": methods,
            "code_challenge_methods_supported": [.string(CodeChallenge.method)],
            "claims_supported": [
                "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "tenant", "email",
                "roles",
                "organisation_name",
            ],
            "prompt_values_supported": JSONValue(AuthorizationParameters.Prompt.allCases.map(\.rawValue)),
            "authorization_response_iss_parameter_supported": true, "claims_parameter_supported": false,
            "request_parameter_supported": false, "request_uri_parameter_supported": false,
            "require_pushed_authorization_requests": false,
        ]
    }
}
