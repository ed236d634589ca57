extension RoleMatrix {
    /// A table for a terminal: a line an action, a column a role.
    public var text: String {
        var rows = [["action"] + roles]
        for action in modules.flatMap(\.actions) { rows.append([action] + roles.map { cell($0, action) }) }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            var line = ""
            for (column, word) in row.enumerated() {
                line +=
                    column == row.count - 1
                    ? word : word + String(repeating: " ", count: widths[column] - word.count + 2)
            }
            return line
        }
        return (lines + [""] + Self.legend).joined(separator: "\n")
    }

    /// CSV (RFC 4180): the action, then a column a role.
    public var csv: String {
        var rows = [["action"] + roles]
        for action in modules.flatMap(\.actions) { rows.append([action] + roles.map { cell($0, action) }) }
        return rows.map { $0.map(Self.quoted).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func quoted(_ text: String) -> String {
        // A spreadsheet takes a text that begins like this for a formula; the cell for nothing is no formula.
        guard text.contains(where: { ",\"\r\n".contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
