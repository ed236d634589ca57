import Testing

@testable import Postgres

/// Splitting a script as PostgreSQL would.
@Suite struct ScriptReaderTests {
    @Test(
        arguments: [
            ("", []),
            ("-- only a comment\n/* and ; /* nested ; */ */\n", []),
            ("SELECT 1", [("SELECT 1", 1)]),
            ("SELECT 1;\n\n  SELECT 2 ;", [("SELECT 1", 1), ("SELECT 2 ", 3)]),
            ("-- c\nSELECT ';', \"a;b\", E'\\';' ; x", [("SELECT ';', \"a;b\", E'\\';' ", 2), ("x", 2)]),
            ("DO $$ a; $x$ b; $$; y", [("DO $$ a; $x$ b; $$", 1), ("y", 1)]),
            ("DO $fn$ a; $$ b; $fn$; y", [("DO $fn$ a; $$ b; $fn$", 1), ("y", 1)]),
            ("SELECT $1; y", [("SELECT $1", 1), ("y", 1)]),
            (
                "CREATE RULE r AS ON INSERT TO t DO (a; b); y",
                [("CREATE RULE r AS ON INSERT TO t DO (a; b)", 1), ("y", 1)]
            ),
            (
                "CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN a THEN b END; SELECT 2; END; y",
                [("CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN a THEN b END; SELECT 2; END", 1), ("y", 1)]
            ),
            ("SELECT 'it''s; fine'; y", [("SELECT 'it''s; fine'", 1), ("y", 1)]),
            ("SELECT 'unfinished ; ", [("SELECT 'unfinished ; ", 1)]),
        ] as [(String, [(String, Int)])])
    func statements(_ script: String, _ expected: [(String, Int)]) {
        let statements = ScriptReader.statements(of: script)
        #expect(statements.map(\.text) == expected.map(\.0))
        #expect(statements.map(\.line) == expected.map(\.1))
    }
}
