import ArgumentParser

/// `bailiwick policy`: what a security team needs to edit policies.
struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Check policies, and learn why they allow or deny.",
        subcommands: [PolicyLintCommand.self, PolicyExplainCommand.self])
}
