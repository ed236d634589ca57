import Postgres
import TestSupport
import Testing

@Suite("The schema")
struct SchemaTests {
    @Test("no table or right of it lets one tenant, or another service, reach what is not its own")
    func catalogue() async throws {
        let test = try await TestDatabase.make(migrating: [.auth])
        let superuser = test.database(test.superuser())
        defer { Task { await superuser.close() } }
        #expect(try await CatalogueAudit.findings(superuser) == [])
    }
}
