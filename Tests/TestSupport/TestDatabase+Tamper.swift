@_spi(Tampering) import Postgres

extension TestDatabase {
    /// Runs statements as the superuser, behind every wall: to show that a check finds what it should.
    public func tamper(_ script: String, schema: String) async throws {
        try await Database.script(script, superuser(schema: schema))
    }
}
