import ServiceKit

/// Sign-in.
enum SignInRoutes {
    /// Credentials only: e-mail, password, an id.
    static let bodyLimit = 8 << 10
    /// A full queue before bcrypt is about five seconds on a free machine; its threads yield to everything else, so that
    /// it may be several times that on a busy one. Whoever was let into the queue is answered.
    static let timeLimit: Duration = .seconds(30)

    static func routes(_ commands: SignInCommands) -> [Route] {
        [
            Route(
                .post, "/v1/sign-in", access: .open(because: "whoever signs in has no token yet"),
                body: .json(limit: bodyLimit), timeLimit: timeLimit
            ) { call in
                try await secret(.json(commands.begin(call.decode(), call)))
            },
            Route(
                .post, "/v1/sign-in/totp", access: .open(because: "the challenge stands in for a token"),
                body: .json(limit: bodyLimit)
            ) { call in
                try await signedIn(commands.complete(call.decode(), call))
            },
        ]
    }

    /// Tokens of a completed sign-in, and the cookie of a device that is new.
    static func signedIn(_ tokens: IssuedTokens) -> Reply {
        let reply = secret(.json(tokens))
        guard let device = tokens.newDevice else { return reply }
        return reply.adding(.setCookie, DeviceCookie.header(device))
    }

    /// An answer with a secret in it: nobody on the way keeps it (RFC 6749 §5.1).
    static func secret(_ reply: Reply) -> Reply { reply.adding(.cacheControl, "no-store") }
}
