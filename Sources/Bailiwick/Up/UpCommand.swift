import ArgumentParser

/// Where an installation lives and listens.
struct InstallationOptions: ParsableArguments {
    /// Cluster, keys and notes.
    @Option(help: "Where cluster and keys are kept; made when missing.")
    var dataDirectory: String?

    /// The first port; see `PortPlan`.
    @Option(help: "Ports are this and 1 to 4 (public), 101 to 104 (internal); 0 takes a free range.")
    var portBase: Int?

    /// The directory of policy files.
    @Option(help: "Directory of the policy files.")
    var policies: String?
}

/// `bailiwick up`: everything running, in the foreground, until a signal.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up", abstract: "Start everything on a private PostgreSQL, in the foreground, until Ctrl-C.",
        discussion: """
            With BAILIWICK_AUTH_DATABASE_URL, …_POLICY_…, …_HR_… and …_AUDIT_… set, the services use those databases, \
            which `bailiwick migrate` has prepared, and no cluster is started.
            """)

    @OptionGroup var options: InstallationOptions

    func run() async throws {
        try await CommandLineReport.failures {
            let installation = try Installation(options)
            try await installation.run { try await Supervisor(installation: installation, output: LineOutput()).run() }
        }
    }
}
