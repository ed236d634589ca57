import ServiceKit

/// Identity: accounts, organisations, members, sign-in, sessions, tokens and their keys.
@main
struct AuthService {
    static func main() async {
        await ServiceMain.run(.auth) { settings, logger in
            try await AuthService.build(settings, logger: logger).run()
        }
    }
}
