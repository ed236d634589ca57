import ServiceKit

/// Accepting and confirming invitations.
enum InvitationRoutes {
    static func routes(_ commands: InvitationCommands) -> [Route] {
        [
            Route(
                .post, "/v1/invitations/accept", access: .open(because: "the invitation's token stands in for a token"),
                body: .json(limit: SignInRoutes.bodyLimit), timeLimit: SignInRoutes.timeLimit
            ) { call in
                try await SignInRoutes.secret(.json(commands.accept(call.decode(), call)))
            },
            Route(
                .post, "/v1/invitations/confirm", access: .open(because: "the enrolment's token stands in for a token"),
                body: .json(limit: SignInRoutes.bodyLimit)
            ) { call in
                try await .json(commands.confirm(call.decode(), call))
            },
        ]
    }
}
