import ServiceKit
import WireFormat

/// Passkeys: of one's own, and to sign in with.
struct PasskeyRoutes: Sendable {
    /// An attestation with a chain of certificates, in base64url.
    static let bodyLimit = 64 << 10

    let parts: AuthParts

    private static let ownFactors: StaticString = "everybody has the own factors"

    var routes: [Route] {
        let commands = PasskeyCommands(parts: parts)
        let signIn = PasskeySignIn(parts: parts)
        return [
            Route(.get, "/v1/passkeys", access: .signedIn(because: Self.ownFactors)) { call in
                .json(["items": try await commands.list(call.user).wire, "next_cursor": .null])
            },
            Route(.post, "/v1/passkeys/registration", access: .signedIn(because: Self.ownFactors)) { call in
                SignInRoutes.secret(.json(try await commands.begin(call.user, call)))
            },
            Route(
                .post, "/v1/passkeys", access: .signedIn(because: Self.ownFactors), body: .json(limit: Self.bodyLimit)
            ) { call in
                .json(try await commands.register(call.decode(), call.user, call), status: .created)
            },
            Route(.delete, "/v1/passkeys/{id}", access: .signedIn(because: Self.ownFactors)) { call in
                try await commands.remove(call.uuid("id"), call.user, call)
                return .empty()
            },
            Route(
                .post, "/v1/sign-in/passkey/options", access: .open(because: "whoever signs in has no token yet"),
                body: .json(limit: SignInRoutes.bodyLimit)
            ) { call in
                SignInRoutes.secret(.json(try await signIn.begin(call.decode(), call)))
            },
            Route(
                .post, "/v1/sign-in/passkey", access: .open(because: "the passkey stands in for a token"),
                body: .json(limit: Self.bodyLimit)
            ) { call in
                SignInRoutes.signedIn(try await signIn.complete(call.decode(), call))
            },
        ]
    }
}
