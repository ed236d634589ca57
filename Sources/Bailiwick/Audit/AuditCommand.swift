import ArgumentParser

/// Evidence: what happened, and that nobody altered it.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Evidence: verifies the audit log, and lists what is in it.",
        subcommands: [AuditVerifyCommand.self, AuditListCommand.self])
}
