import ArgumentParser
import AuditCore
import Foundation
import Glibc
import Logging
import Postgres
import WireFormat

/// `bailiwick audit verify`: derives every tenant's tree anew from the rows and compares it with all that was signed.
struct AuditVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verifies the audit log in its database.",
        discussion: """
            Reads with the role of AuditService, or any other that may read its tables. Prints a line for every tenant \
            and one for every finding, which names the tenant, the index and the event. Exits with 0 only if there is \
            no finding, with 1 if there is one, with 2 if the log could not be read.
            """)

    /// The exit code when nothing can be said about the log.
    private static let unreadable = ExitCode(2)
    /// A full table scan takes longer than the services' statements.
    private static let statementTimeout = Duration.seconds(300)
    /// Findings of one tenant that are printed; the number of all is printed too.
    private static let printedFindings = 100

    @Option(help: "URL of the database.")
    var databaseURL: String?

    @Option(help: "File that holds the URL of the database.")
    var databaseURLFile: String?

    @Option(help: "File of the public keys that sign checkpoints.")
    var checkpointKey: String

    @Option(help: ArgumentHelp("Verify this tenant only; may be repeated.", valueName: "id"))
    var tenant: [String] = []

    @Option(
        help: ArgumentHelp("A checkpoint kept elsewhere that the log must lead to; may be repeated.", valueName: "file")
    )
    var checkpoint: [String] = []

    func validate() throws {
        guard (databaseURL == nil) != (databaseURLFile == nil) else {
            throw ValidationError("give either --database-url or --database-url-file")
        }
        for name in tenant where TenantID(name) == nil {
            throw ValidationError("`\(name)` is neither an organisation's id nor `system`")
        }
    }

    func run() async throws {
        let findings: Int
        do {
            findings = try await verify()
        } catch {
            FileHandle.standardError.write(Data("bailiwick: the audit log could not be verified: \(error)\n".utf8))
            throw Self.unreadable
        }
        if findings > 0 { throw ExitCode.failure }
    }

    /// - Returns: how many findings there are.
    private func verify() async throws -> Int {
        let trust = try CheckpointTrust(publicFile: Array(try contents(of: checkpointKey)))
        var configuration = DatabaseConfiguration(
            url: Redacted(try url()), applicationName: "bailiwick audit verify", poolSize: 1)
        configuration.schema = "audit"
        configuration.statementTimeout = Self.statementTimeout
        let quiet = Logger(label: "bailiwick.audit") { _ in SwiftLogNoOpLogHandler() }
        let database = Database(configuration, logger: quiet)
        do {
            let findings = try await verify(LogReader(database: database), trust)
            await database.close()
            return findings
        } catch {
            await database.close()
            throw error
        }
    }

    private func verify(_ reader: LogReader, _ trust: CheckpointTrust) async throws -> Int {
        let verification = LogVerification(reader: reader, trust: trust, kept: try keptCheckpoints(trust))
        let names = tenant.isEmpty ? try await reader.tenants() : tenant
        var total = 0
        for name in names {
            guard let tenant = TenantID(name) else {
                print("tenant \(name): bad-tenant: rows of a tenant that cannot be")
                total += 1
                continue
            }
            let report = try await verification.verify(tenant)
            for finding in report.findings.prefix(Self.printedFindings) { print(finding) }
            total += report.findings.count
            print(Self.summary(report))
        }
        print(
            total == 0
                ? "verified: \(names.count) logs, nothing altered"
                : "NOT VERIFIED: \(total) findings in \(names.count) logs")
        return total
    }

    private static func summary(_ report: LogVerification.Report) -> String {
        let verdict = report.findings.isEmpty ? "ok" : "\(report.findings.count) findings"
        let root = report.root.map { ", root \($0)" } ?? ""
        return "tenant \(report.tenant): \(verdict): \(report.events) events, \(report.checkpoints) checkpoints\(root)"
    }

    private func keptCheckpoints(_ trust: CheckpointTrust) throws -> [Checkpoint] {
        try checkpoint.map { path in
            let note = String(decoding: try contents(of: path), as: UTF8.self)
            let origin = try Checkpoint(text: SignedNote(parsing: note).text).origin
            return try trust.verify(note, of: origin.tenant)
        }
    }

    private func url() throws -> String {
        if let databaseURL { return databaseURL }
        let content = String(decoding: try contents(of: databaseURLFile ?? ""), as: UTF8.self)
        return content.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func contents(of path: String) throws -> Data {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("\(path): cannot be read")
        }
        return data
    }
}
