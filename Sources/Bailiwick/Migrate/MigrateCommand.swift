import ArgumentParser
import Foundation
import Logging
import Postgres
import WireFormat

/// `bailiwick migrate`: brings a database up to date.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring the schemas of all services up to date.",
        discussion: """
            Migrations only go forward. The database is named by --database-url-file or BAILIWICK_MIGRATION_URL, with \
            the role bailiwick_migrator; without either, the private cluster of the data directory, if it runs.
            """)

    @OptionGroup var place: KeysCommand.Place

    /// A file with the URL.
    @Option(help: "File that holds the database URL; else BAILIWICK_MIGRATION_URL.")
    var databaseURLFile: String?

    /// Shows what would run.
    @Flag(help: "Show what would be applied, and apply nothing.")
    var dryRun = false

    /// Consent to a migration that destroys data.
    @Option(help: "Allow the destructive migration of this name. May be repeated.")
    var allowDestructive: [String] = []

    func run() async throws {
        try await CommandLineReport.failures {
            let migrations = SchemaMigrations(
                binaries: Installation.binaries, logger: Logger(label: "bailiwick.migrate"))
            let lines = try await migrations.run(on: url(), dryRun: dryRun, allowDestructive: Set(allowDestructive))
            for line in lines { print(line) }
        }
    }

    private func url() throws -> Redacted<String> {
        if let databaseURLFile {
            guard let content = FileManager.default.contents(atPath: databaseURLFile) else {
                throw CommandFailure("cannot read `\(databaseURLFile)`")
            }
            return Redacted(String(decoding: content, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
        }
        if let url = ProcessInfo.processInfo.environment["BAILIWICK_MIGRATION_URL"] { return Redacted(url) }
        let file = place.directory().databaseURL("migrator")
        guard let content = FileManager.default.contents(atPath: file) else {
            throw CommandFailure("no database named; set BAILIWICK_MIGRATION_URL or --database-url-file")
        }
        return Redacted(String(decoding: content, as: UTF8.self))
    }
}
