@_spi(ScopeMinting) import Postgres
import SQLQuery
import TestSupport
import Testing

/// The catalogue check finds each mistake that it is there for, and nothing in what is right.
@Suite struct CatalogueAuditTests {
    @Test func aSchemaMadeAsItShouldBePasses() async throws {
        let fixture = try await NoteFixture.make()
        #expect(try await CatalogueAudit.findings(fixture.database(.hr)) == [])
    }

    @Test(arguments: [
        ("ALTER TABLE note NO FORCE ROW LEVEL SECURITY", "does not force"),
        ("ALTER TABLE note DISABLE ROW LEVEL SECURITY", "does not force"),
        ("DROP POLICY tenant_isolation ON note", "no policy"),
        ("CREATE POLICY open ON note USING (true)", "policy open of hr.note"),
        ("CREATE POLICY half ON note FOR INSERT WITH CHECK (body <> '')", "policy half of hr.note"),
        ("CREATE INDEX note_body ON note (body)", "index note_body of hr.note"),
        ("CREATE UNIQUE INDEX note_id ON note (id, tenant)", "index note_id of hr.note"),
        ("ALTER TABLE note DROP CONSTRAINT note_pkey", "no primary key"),
        ("CREATE TABLE bare (id uuid PRIMARY KEY)", "hr.bare has no column tenant"),
        ("CREATE VIEW peek AS SELECT * FROM note", "view hr.peek"),
        ("GRANT TRUNCATE ON note TO bailiwick_hr", "has TRUNCATE"),
        ("GRANT SELECT ON note TO PUBLIC", "PUBLIC has SELECT"),
        ("GRANT CREATE ON SCHEMA hr TO bailiwick_hr", "may create in schema hr"),
        ("GRANT USAGE ON SCHEMA hr TO bailiwick_audit", "bailiwick_audit may use schema hr"),
        (
            "CREATE TABLE mine (a integer); COMMENT ON TABLE mine IS 'global: x'; ALTER TABLE mine OWNER TO bailiwick_hr",
            "owns something"
        ),
        ("CREATE FUNCTION f() RETURNS integer SECURITY DEFINER LANGUAGE sql AS 'SELECT 1'", "without a search_path"),
    ])
    func eachMistakeIsFound(_ mistake: String, _ finding: String) async throws {
        let folder = MigrationFolder(["0001_create_note.sql": NoteFixture.script])
        let fixture = try await TestDatabase.make(schemas: [.hr], migrating: [folder.set])
        try await fixture.tamper(mistake, schema: "hr")
        let findings = try await CatalogueAudit.findings(fixture.database(.hr))
        #expect(findings.contains { $0.contains(finding) }, "\(findings)")
    }
}
