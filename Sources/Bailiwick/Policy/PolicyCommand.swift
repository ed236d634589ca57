import ArgumentParser

/// `bailiwick policy`: what a security team needs to edit policies.
struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Check and test policies, and learn why they allow or deny.",
        subcommands: [
            PolicyLintCommand.self, PolicyTestCommand.self, PolicyExplainCommand.self, PolicyMatrixCommand.self,
            PolicyEvalCommand.self, PolicyFormatCommand.self, PolicySchemaCommand.self,
        ])
}
