import SQLQuery

/// What was applied, kept in `applied_migration` of each schema, and the work of adding to it. Runs on a connection's
/// thread.
struct MigrationLedger {
    let session: Session

    /// The key of the advisory lock: "bailiwic" in ASCII. Advisory locks are per database.
    private static let lockKey: Int64 = 0x6261_696c_6977_6963

    /// Waits until nobody else migrates this database. The lock goes with the connection.
    func lock() throws {
        do {
            try session.run(
                [Statement("SELECT pg_advisory_lock($1)", [.integer(Self.lockKey)])], cancellable: true)
        } catch let error as PostgresError where error.code == .lockNotAvailable {
            throw MigrationError(.locked, "another migration of this database is running and does not finish")
        }
    }

    /// The migrations to apply; throws when what was applied does not fit the files.
    func pending(_ sets: [(set: MigrationSet, files: [MigrationFile])]) throws -> [MigrationFile] {
        try sets.flatMap { set, files in
            let applied = try applied(set)
            let newest = applied.keys.max() ?? 0
            for (number, record) in applied where !files.contains(where: { $0.number == number }) {
                throw MigrationError(
                    .missingFile, "was applied to schema `\(set.service.schema)` and its file is gone",
                    file: "\(set.directory)/\(record.name)")
            }
            return try files.filter { file in
                guard let record = applied[file.number] else {
                    guard file.number > newest else {
                        throw MigrationError(
                            .outOfOrder, "number \(newest) was applied already; give it a higher number",
                            file: file.path)
                    }
                    return true
                }
                guard try checksum(of: file) == record.checksum else {
                    throw MigrationError(
                        .checksumChanged,
                        "was changed after it had been applied to schema `\(set.service.schema)`; write a new migration instead",
                        file: file.path)
                }
                return false
            }
        }
    }

    /// Applies each in a transaction of its own.
    func apply(_ files: [MigrationFile]) throws {
        for file in files {
            try transaction(end: "COMMIT") { try run(file) }
        }
    }

    /// Runs all in one transaction and takes it back.
    func rehearse(_ files: [MigrationFile]) throws {
        try transaction(end: "ROLLBACK") {
            for file in files { try run(file) }
        }
    }

    // MARK: - Steps

    private func applied(_ set: MigrationSet) throws -> [Int: (name: String, checksum: String)] {
        let table = try session.run(
            [
                Statement(
                    "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = 'applied_migration'",
                    [.text(set.service.schema)])
            ], cancellable: true)
        guard table[0].rowCount > 0 else { return [:] }
        let records = try session.run(
            [
                Statement("SELECT set_config('search_path', $1, false)", [.text(set.service.schema)]),
                Statement(
                    "SELECT number, name, checksum FROM applied_migration WHERE component = $1", [.text(set.component)]),
            ], cancellable: true)
        var applied: [Int: (name: String, checksum: String)] = [:]
        for row in records[1].rows {
            applied[try row.get("number")] = (name: try row.get("name"), checksum: try row.get("checksum"))
        }
        return applied
    }

    private func checksum(of file: MigrationFile) throws -> String {
        let result = try session.run(
            [Statement("SELECT encode(sha256($1), 'hex')", [.bytes(file.bytes)])], cancellable: true)
        return try result[0].read(String.self, row: 0, column: 0)
    }

    private func run(_ file: MigrationFile) throws {
        let checksum = try checksum(of: file)
        try session.run(
            [
                Statement("SELECT set_config('search_path', $1, true)", [.text(file.set.service.schema)]),
                Statement("SELECT set_config('bailiwick.service_role', $1, true)", [.text(file.set.service.role)]),
            ], cancellable: true)
        try session.script(Self.ledgerTable)
        for statement in file.statements { try run(statement, of: file) }
        try session.run(
            [
                Statement(
                    "INSERT INTO applied_migration (component, number, name, checksum) VALUES ($1, $2, $3, $4)",
                    [.text(file.set.component), .integer(Int64(file.number)), .text(file.name), .text(checksum)])
            ], cancellable: true)
    }

    private func run(_ statement: ScriptStatement, of file: MigrationFile) throws {
        do {
            try session.script(statement.text)
        } catch let error as PostgresError {
            let before = statement.text.unicodeScalars.prefix(max(0, (error.position ?? 1) - 1))
            let line = statement.line + before.count { $0 == "\n" }
            throw MigrationError(.statementFailed, "\(error)", file: file.path, line: line, cause: error)
        }
    }

    private func transaction(end: String, _ body: () throws -> Void) throws {
        try session.run([Statement("BEGIN")], cancellable: true)
        do {
            try body()
            try session.run([Statement(end)], cancellable: false)
        } catch {
            _ = try? session.run([Statement("ROLLBACK")], cancellable: false)
            throw error
        }
    }

    private static let ledgerTable = """
        SET LOCAL client_min_messages = warning;
        CREATE TABLE IF NOT EXISTS applied_migration (
            component text NOT NULL,
            number integer NOT NULL,
            name text NOT NULL,
            checksum text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (component, number)
        );
        COMMENT ON TABLE applied_migration IS 'global: the migrations of this schema, read and written by the migration role alone';
        """
}
