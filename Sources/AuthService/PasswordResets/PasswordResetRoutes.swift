import ServiceKit

/// A new password by mail. Only POST does anything: programs that look into mails follow links with GET.
enum PasswordResetRoutes {
    static func routes(_ queue: PasswordResetQueue) -> [Route] {
        [
            Route(
                .post, "/v1/password-resets", access: .open(because: "whoever forgot the password cannot sign in"),
                body: .json(limit: SignInRoutes.bodyLimit)
            ) { call in
                try await queue.take(queue.commands.ask(call.decode(), call))
                return .empty(.accepted)
            },
            Route(
                .post, "/v1/password-resets/confirm", access: .open(because: "the link's token stands in for a token"),
                body: .json(limit: SignInRoutes.bodyLimit), timeLimit: SignInRoutes.timeLimit
            ) { call in
                try await queue.commands.confirm(call.decode(), call)
                return .empty()
            },
        ]
    }
}
