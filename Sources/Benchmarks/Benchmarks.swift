import ArgumentParser

/// The Swift parts of `make bench`: peers and limits to measure against, and stages too small for a load generator.
/// `scripts/bench` starts them and puts the figures together.
@main
struct Benchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Benchmarks", abstract: "Peers, limits and stages for `make bench`.",
        subcommands: [NoOpServer.self, RawBcrypt.self, SignedCall.self, PolicyDecisions.self, Stages.self])
}
