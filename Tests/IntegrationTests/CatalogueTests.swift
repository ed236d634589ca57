import Logging
import Postgres
import TestSupport
import Testing
import WireFormat

@testable import Bailiwick

extension SharedInstallation {
    @Suite("The catalogue of a real installation")
    struct CatalogueTests {
        @Test("every tenant table is walled in, and no service role owns anything or passes the walls")
        func walls() async throws {
            let running = try await RunningInstallation.shared()
            let url = try #require(try running.directory.read(running.directory.databaseURL("superuser")))
            let database = Database(
                DatabaseConfiguration(url: Redacted(String(decoding: url, as: UTF8.self)), poolSize: 1),
                logger: Logger(label: "catalogue"))
            let findings = try await CatalogueAudit.findings(database)
            await database.close()
            #expect(findings.isEmpty, "\(findings.map { "\($0)" }.joined(separator: "\n"))")
        }
    }
}
