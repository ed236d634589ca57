import Foundation
import Logging
import Postgres
import WireFormat

/// The migrations of all four services and of the modules that keep tables in a service's schema. They lie beside the
/// executables, where the build puts the resources of each target.
struct SchemaMigrations {
    /// The directory of the executables.
    let binaries: String
    /// Tells what was applied.
    let logger: Logger

    /// Which modules keep tables in whose schema, in the order of running.
    private static let shared: [(module: String, users: [Member])] = [
        ("KeyVault", [.auth, .hr]),
        ("AuditClient", [.auth, .policy, .hr]),
    ]

    /// Applies what is missing.
    ///
    /// - Returns: a line for each step.
    @discardableResult
    func run(
        on url: Redacted<String>, dryRun: Bool = false, allowDestructive: Set<String> = []
    ) async throws -> [String] {
        let runner = MigrationRunner(
            DatabaseConfiguration(url: url, applicationName: "bailiwick migrate"), sets: try sets(), logger: logger)
        let steps = try await runner.run(dryRun: dryRun, allowDestructive: allowDestructive)
        guard !steps.isEmpty else { return ["nothing to apply: the schemas are up to date"] }
        return steps.map { (dryRun ? "would apply " : "applied ") + $0.description }
    }

    private func sets() throws -> [MigrationSet] {
        var sets: [MigrationSet] = []
        for member in Member.allCases {
            for (module, users) in Self.shared where users.contains(member) {
                sets.append(try set(module: module, member))
            }
            sets.append(try set(module: member.executable, member))
        }
        return sets
    }

    private func set(module: String, _ member: Member) throws -> MigrationSet {
        let directory = "\(binaries)/bailiwick_\(module).resources/Migrations"
        guard FileManager.default.fileExists(atPath: directory) else {
            throw CommandFailure("no migrations at `\(directory)`; they belong beside the executables")
        }
        return MigrationSet(component: module, service: ServiceRole(member), directory: directory)
    }
}
