import FoundationEssentials

/// One migration as read from its file.
struct MigrationFile: Sendable {
    let set: MigrationSet
    let number: Int
    let name: String
    let path: String
    let bytes: [UInt8]
    let statements: [ScriptStatement]
    /// The name in the first line, `-- destructive: NAME`.
    let destructive: String?

    var step: MigrationStep {
        MigrationStep(
            component: set.component, schema: set.service.schema, number: number, file: name, destructive: destructive)
    }

    /// Every migration of a set, by number.
    static func load(_ set: MigrationSet) throws -> [MigrationFile] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: set.directory)
        } catch {
            throw MigrationError(.unreadable, "the folder of migrations cannot be read", file: set.directory)
        }
        let files = try names.filter { !$0.hasPrefix(".") }.map { try read($0, of: set) }.sorted {
            $0.number < $1.number
        }
        for (one, other) in zip(files, files.dropFirst()) where one.number == other.number {
            throw MigrationError(.unreadable, "has the same number as `\(one.name)`", file: other.path)
        }
        return files
    }

    private static func read(_ name: String, of set: MigrationSet) throws -> MigrationFile {
        let path = set.directory + "/" + name
        guard let number = number(in: name) else {
            throw MigrationError(.unreadable, "is not named like `0001_create_employee.sql`", file: path)
        }
        guard let data = FileManager.default.contents(atPath: path), let text = String(validating: data, as: UTF8.self)
        else { throw MigrationError(.unreadable, "cannot be read as UTF-8", file: path) }
        let mark = "-- destructive: "
        let firstLine = text.prefix { $0 != "\n" }
        let file = MigrationFile(
            set: set, number: number, name: name, path: path, bytes: Array(data),
            statements: ScriptReader.statements(of: text),
            destructive: firstLine.hasPrefix(mark) ? String(firstLine.dropFirst(mark.count)) : nil)
        try file.judge()
        return file
    }

    /// `0001_create_employee.sql` gives 1.
    private static func number(in name: String) -> Int? {
        guard name.hasSuffix(".sql") else { return nil }
        let parts = name.dropLast(4).split(separator: "_", maxSplits: 1)
        guard parts.count == 2, parts[0].utf8.count == 4, let number = Int(parts[0]), number > 0,
            parts[1].utf8.allSatisfy({ byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "_")
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            })
        else { return nil }
        return number
    }

    private func judge() throws {
        for statement in statements {
            if statement.controlsTransaction {
                throw MigrationError(
                    .transactionControl, "a migration runs in one transaction; take `\(statement.words[0])` out",
                    file: path, line: statement.line)
            }
            if statement.isDestructive, destructive == nil {
                throw MigrationError(
                    .destructiveNotMarked,
                    "`\(statement.words.prefix(2).joined(separator: " "))` destroys; begin the file with `-- destructive: NAME`",
                    file: path, line: statement.line)
            }
        }
    }
}
