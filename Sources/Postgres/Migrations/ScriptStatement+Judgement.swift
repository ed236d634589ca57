extension ScriptStatement {
    /// Whether the statement destroys rows, or takes away what the previous release still uses.
    var isDestructive: Bool {
        switch words.first {
        case "TRUNCATE", "DELETE": true
        case "DROP": ["TABLE", "SCHEMA", "TYPE", "DOMAIN", "SEQUENCE", "OWNED", "MATERIALIZED"].contains(word(1))
        case "ALTER" where word(1) == "TABLE": dropsColumn || renames
        default: false
        }
    }

    /// Whether the statement begins or ends a transaction; the runner does that.
    var controlsTransaction: Bool {
        ["BEGIN", "COMMIT", "ROLLBACK", "ABORT", "END", "SAVEPOINT", "RELEASE"].contains(words.first)
            || (word(0) == "START" && word(1) == "TRANSACTION")
    }

    /// `DROP [COLUMN] name`, but not `DROP CONSTRAINT`, `DROP NOT NULL` and the like.
    private var dropsColumn: Bool {
        words.indices.contains { index in
            words[index] == "DROP"
                && !["CONSTRAINT", "NOT", "DEFAULT", "IDENTITY", "EXPRESSION"].contains(word(index + 1))
        }
    }

    /// Renaming takes the old name from the previous release, which still runs.
    private var renames: Bool {
        words.indices.contains { words[$0] == "RENAME" && word($0 + 1) != "CONSTRAINT" }
    }

    private func word(_ index: Int) -> String? { words.indices.contains(index) ? words[index] : nil }
}
