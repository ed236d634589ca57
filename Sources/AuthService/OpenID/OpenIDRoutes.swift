import IdentityClient
import ServiceKit
import WireFormat

/// The endpoints of the OpenID provider that applications call themselves. Browsers get ``AuthorizationPages``.
struct OpenIDRoutes: Sendable {
    static let authorizationPath = "/authorize"
    static let pushPath = "/v1/par"
    static let userInfoPath = "/v1/userinfo"
    static let introspectionPath = "/v1/introspect"
    static let revocationPath = "/v1/revoke"
    static let endSessionPath = AccountPages.signOutPath
    /// Some addresses, a state and an assertion.
    static let bodyLimit = 16 << 10

    let parts: AuthParts

    var routes: [Route] {
        [
            Route(
                .post, Self.pushPath, access: .open(because: "the client proves itself in the body or by `Basic`"),
                body: .form(limit: Self.bodyLimit)
            ) { call in try await push(call) },
            Route(.get, Self.userInfoPath, access: .open(because: "the handler verifies the token by the database")) {
                call in try await userInfo(call)
            },
            Route(
                .post, Self.userInfoPath, access: .open(because: "the handler verifies the token by the database")
            ) { call in try await userInfo(call) },
            Route(
                .post, Self.introspectionPath,
                access: .open(because: "the client proves itself in the body or by `Basic`"),
                body: .form(limit: Self.bodyLimit)
            ) { call in
                let (text, application) = try await token(call, endpoint: Self.introspectionPath)
                return SignInRoutes.secret(
                    .json(try await TokenInspection(parts: parts).introspect(text, by: application)))
            },
            Route(
                .post, Self.revocationPath,
                access: .open(because: "the client proves itself in the body or by `Basic`"),
                body: .form(limit: Self.bodyLimit)
            ) { call in
                let (text, application) = try await token(call, endpoint: Self.revocationPath)
                try await TokenInspection(parts: parts).revoke(text, by: application, call)
                return .empty(.ok)
            },
        ]
    }

    /// RFC 9126 §2.2.
    private func push(_ call: Call) async throws -> Reply {
        let form = try call.form(allowed: AuthorizationParameters.names.union(ApplicationAuthentication.fields))
        let application = try await ApplicationAuthentication(parts: parts)
            .application(call, form, endpoint: Self.pushPath)
        do {
            let uri = try await AuthorizationCommands(parts: parts).push(form, application, call)
            return SignInRoutes.secret(
                .json(
                    [
                        "request_uri": .string(uri),
                        "expires_in": .integer(AuthorizationRequest.pushedLifetime.components.seconds),
                    ], status: .created))
        } catch let refusal as AuthorizationRefusal {
            throw Problem.oauth(refusal.error, detail: refusal.detail)
        }
    }

    private func userInfo(_ call: Call) async throws -> Reply {
        SignInRoutes.secret(.json(try await UserInfo(parts: parts).claims(call)))
    }

    private func token(_ call: Call, endpoint: String) async throws -> (String, Application) {
        let form = try call.form(allowed: ApplicationAuthentication.fields.union(["token", "token_type_hint"]))
        let application = try await ApplicationAuthentication(parts: parts).application(call, form, endpoint: endpoint)
        guard let text = form["token"] else { throw Problem.oauth("invalid_request", detail: "`token` is needed") }
        return (text, application)
    }
}
