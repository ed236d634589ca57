import ArgumentParser

/// The operator's and the security team's toolbox.
@main
struct Bailiwick: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bailiwick",
        abstract: "Who may do what, over whom: runs the four services, and checks policies and evidence.",
        subcommands: [
            UpCommand.self, DemoCommand.self, MigrateCommand.self, KeysCommand.self, OrganisationCommand.self,
            AuthCommand.self,
            PolicyCommand.self, CelCommand.self, AuditCommand.self,
        ])
}
