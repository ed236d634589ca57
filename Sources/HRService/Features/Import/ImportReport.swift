import HRDomain
import WireFormat

/// A line that was not imported, and why.
struct ImportRejection: Sendable, Hashable {
    /// Where: the line, and the column in characters at which the offending field begins.
    let position: CSVPosition
    /// The name of the offending column, when it is one.
    let column: ImportColumn?
    /// The cause; never the value.
    let reason: String

    var wire: JSONValue {
        var members: [String: JSONValue] = [
            "line": .integer(Int64(position.line)), "column": .integer(Int64(position.column)),
            "reason": .string(reason),
        ]
        members["field"] = column.map { .string($0.rawValue) }
        return .object(members)
    }
}

/// What became of a file.
struct ImportReport: Sendable {
    /// Rejections that are listed one by one; the number tells of the rest. A file with more is wrong as a whole.
    static let listedRejections = 1000

    var isDryRun: Bool
    var lines = 0
    var created = 0
    var updated = 0
    var unchanged = 0
    var departmentsCreated = 0
    var rejected: [ImportRejection] = []

    var wire: JSONValue {
        let ordered = rejected.sorted {
            ($0.position.line, $0.position.column) < ($1.position.line, $1.position.column)
        }
        return [
            "dry_run": .bool(isDryRun), "lines": .integer(Int64(lines)), "created": .integer(Int64(created)),
            "updated": .integer(Int64(updated)), "unchanged": .integer(Int64(unchanged)),
            "departments_created": .integer(Int64(departmentsCreated)),
            "rejected_count": .integer(Int64(rejected.count)),
            "rejected": .array(ordered.prefix(Self.listedRejections).map(\.wire)),
        ]
    }
}
