import ArgumentParser

/// `bailiwick auth`: what an organisation's owner asks before he changes how people sign in.
struct AuthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "auth", abstract: "Try out an organisation's sign-in settings.",
        subcommands: [SimulateCommand.self])
}
