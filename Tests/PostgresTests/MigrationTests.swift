@_spi(ScopeMinting) import Postgres
import SQLQuery
import TestSupport
import Testing
import WireFormat

/// Forward-only migrations on a real database.
@Suite struct MigrationTests {
    let fixture: TestDatabase
    let folder = MigrationFolder(["0001_create_thing.sql": "CREATE TABLE thing (a integer);\n"])

    init() async throws { fixture = try await TestDatabase.make(schemas: [.hr], migrating: []) }

    private func runner() throws -> MigrationRunner {
        MigrationRunner(try fixture.migrator(), sets: [folder.set], logger: TestDatabase.quiet)
    }

    private func tables() async throws -> [String] {
        try await fixture.database(fixture.superuser()).query(
            SystemScope(), "SELECT tablename::text AS t FROM pg_tables WHERE schemaname = 'hr' ORDER BY 1"
        ).map { try $0.get("t") }
    }

    private func failure(allowing names: Set<String> = []) async throws -> MigrationError? {
        let runner = try runner()
        return await #expect(throws: MigrationError.self) { try await runner.run(allowDestructive: names) }
    }

    @Test func eachIsAppliedOnceInOrder() async throws {
        folder.write("0002_add_b.sql", "ALTER TABLE thing ADD COLUMN b text; -- done\n")
        #expect(try await runner().plan().map(\.number) == [1, 2])
        #expect(try await runner().run().map(\.number) == [1, 2])
        #expect(try await runner().run().isEmpty)
        folder.write("0003_create_other.sql", "CREATE TABLE other (a integer);")
        #expect(try await runner().run().map(\.file) == ["0003_create_other.sql"])
        #expect(try await tables() == ["applied_migration", "other", "thing"])
    }

    @Test func tablesBelongToTheMigrationRole() async throws {
        try await runner().run()
        let owners = try await fixture.database(fixture.superuser()).query(
            SystemScope(), "SELECT DISTINCT tableowner::text AS o FROM pg_tables WHERE schemaname = 'hr'")
        #expect(try owners.map { try $0.get("o", as: String.self) } == [ServiceRole.migrator])
    }

    @Test func aChangedFileIsRefused() async throws {
        try await runner().run()
        folder.write("0001_create_thing.sql", "CREATE TABLE thing (a bigint);\n")
        let failure = try await failure()
        #expect(failure?.code == .checksumChanged)
        #expect(failure?.description.contains("0001_create_thing.sql: was changed") == true)
        let runner = try runner()
        await #expect(throws: MigrationError.self) { try await runner.plan() }
    }

    @Test func aMissingFileAndALateNumberAreRefused() async throws {
        folder.write("0003_create_late.sql", "CREATE TABLE late (a integer);")
        try await runner().run()
        folder.write("0002_create_early.sql", "CREATE TABLE early (a integer);")
        #expect(try await failure()?.code == .outOfOrder)
        folder.remove("0002_create_early.sql")
        folder.remove("0003_create_late.sql")
        #expect(try await failure()?.code == .missingFile)
    }

    @Test func manyStartsAtOnceApplyEachOnce() async throws {
        for number in 2...6 {
            folder.write(
                "000\(number)_create_t\(number).sql", "SELECT pg_sleep(0.01);\nCREATE TABLE t\(number) (a integer);")
        }
        let runner = try runner()
        let applied = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<6 { group.addTask { try await runner.run().count } }
            return try await group.reduce(0, +)
        }
        #expect(applied == 6)
    }

    @Test func aDryRunRunsEverythingAndKeepsNothing() async throws {
        folder.write("0002_use_it.sql", "INSERT INTO thing VALUES (1);")
        #expect(try await runner().run(dryRun: true).count == 2)
        #expect(try await tables() == [])
        folder.write("0003_fail.sql", "INSERT INTO thing VALUES ('x');")
        let runner = try runner()
        await #expect(throws: MigrationError.self) { try await runner.run(dryRun: true) }
        #expect(try await tables() == [])
    }

    @Test func aDestructiveOneRunsOnlyWhenItIsNamed() async throws {
        try await runner().run()
        folder.write("0002_create_more.sql", "CREATE TABLE more (a integer);")
        folder.write("0003_drop_thing.sql", "-- destructive: drop-thing\nDROP TABLE thing;\n")
        let refused = try await failure(allowing: ["something-else"])
        #expect(refused?.code == .destructiveNotAllowed)
        #expect(refused?.description.contains("--allow-destructive drop-thing") == true)
        #expect(try await tables() == ["applied_migration", "thing"])
        try await runner().run(allowDestructive: ["drop-thing"])
        #expect(try await tables() == ["applied_migration", "more"])
    }

    @Test(arguments: [
        "DROP TABLE thing;", "DELETE FROM thing;", "TRUNCATE thing;", "ALTER TABLE thing DROP COLUMN a;",
        "ALTER TABLE thing DROP a;", "ALTER TABLE thing RENAME a TO b;", "DROP SCHEMA hr CASCADE;",
        "/* c */ drop\n table thing;",
    ])
    func aDestructiveStatementMustBeMarked(_ statement: String) async throws {
        folder.write("0002_change.sql", "SELECT 1;\n\(statement)\n")
        let failure = try await failure()
        #expect(failure?.code == .destructiveNotMarked)
        #expect(failure?.description.contains("0002_change.sql:2:") == true)
    }

    @Test(arguments: [
        "ALTER TABLE thing DROP CONSTRAINT IF EXISTS c;", "ALTER TABLE thing ALTER a DROP NOT NULL;",
        "SELECT 'DROP TABLE thing';", "COMMENT ON TABLE thing IS 'drop table; delete from';",
        "DO $$ BEGIN PERFORM 1; DELETE FROM thing WHERE false; END $$;",
    ])
    func whatOnlyLooksDestructiveIsTaken(_ statement: String) async throws {
        folder.write("0002_change.sql", statement)
        try await runner().run()
    }

    @Test func anErrorNamesFileAndLineAndLeavesNothing() async throws {
        folder.write(
            "0002_change.sql", "-- first\nCREATE TABLE half (a integer);\n\nINSERT INTO\n    nowhere VALUES (1);\n")
        let failure = try await failure()
        #expect(failure?.code == .statementFailed)
        #expect(failure?.cause?.code == .invalidStatement)
        #expect(failure?.description.contains("0002_change.sql:5: relation \"nowhere\" does not exist") == true)
        #expect(try await tables() == ["applied_migration", "thing"])
        folder.write("0002_change.sql", "SELECT 1;\n\nSELECT 1 / 0;\n")
        #expect(try await self.failure()?.line == 3)
    }

    @Test(arguments: ["BEGIN;", "COMMIT;", "ROLLBACK;", "START TRANSACTION;", "savepoint x;"])
    func transactionsAreTheRunnersOwn(_ statement: String) async throws {
        folder.write("0002_change.sql", statement)
        #expect(try await failure()?.code == .transactionControl)
    }

    @Test(arguments: ["2_short.sql", "0002-dash.sql", "0002_Upper.sql", "0002_.txt", "readme.md", "0000_zero.sql"])
    func filesThatAreNamedWronglyAreRefused(_ name: String) async throws {
        folder.write(name, "SELECT 1;")
        #expect(try await failure()?.code == .unreadable)
    }

    @Test func twoFilesOfOneNumberAreRefused() async throws {
        folder.write("0001_again.sql", "SELECT 1;")
        #expect(try await failure()?.code == .unreadable)
    }

    @Test func sharedMigrationsFindTheRoleOfTheirService() async throws {
        folder.write(
            "0002_grant.sql",
            "DO $$ BEGIN EXECUTE format('GRANT SELECT ON thing TO %I', current_setting('bailiwick.service_role')); END $$;"
        )
        try await runner().run()
        let rows = try await fixture.database(.hr).query(SystemScope(), "SELECT * FROM thing")
        #expect(rows.isEmpty)
    }

    @Test func theServiceCannotTouchTheRecordOfMigrations() async throws {
        try await runner().run()
        let failure = await #expect(throws: PostgresError.self) {
            try await fixture.database(.hr).query(SystemScope(), "SELECT * FROM applied_migration")
        }
        #expect(failure?.code == .insufficientPrivilege)
    }
}
