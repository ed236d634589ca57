import PolicyCore

extension RoleMatrix {
    /// A page that needs nothing else: no script, no font, no picture. The rules behind a cell are in its tooltip.
    public var html: String {
        let head = roles.map { "<th scope=\"col\">\(Self.escaped($0))</th>" }.joined()
        let body = modules.map { module in
            "<tbody><tr><th scope=\"rowgroup\" colspan=\"\(roles.count + 1)\">\(Self.escaped(module.name))</th></tr>\n"
                + module.actions.map(row).joined() + "</tbody>\n"
        }.joined()
        let whose = tenant.map { " for \(Self.escaped($0))" } ?? ""
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Roles and actions\(whose)</title>
            <style>
            \(Self.style)
            </style>
            </head>
            <body>
            <h1>Roles and actions\(whose)</h1>
            <p>What a member with exactly one role may do. Revision <code>\(Self.escaped(revision))</code>.</p>
            <table>
            <thead><tr><th scope="col">action</th>\(head)</tr></thead>
            \(body)</table>
            <p>\(Self.legend.map(Self.escaped).joined(separator: "<br>"))</p>
            </body>
            </html>

            """
    }

    private func row(_ action: String) -> String {
        let cells = roles.map { role in
            let standing = standing(of: role, for: action)
            let widest = max(standing.scope, standing.conditional.first?.scope ?? .none)
            return "<td class=\"s\(widest.rawValue)\" title=\"\(Self.escaped(Self.detail(role, action, standing)))\">"
                + Self.escaped(cell(role, action)) + "</td>"
        }
        return "<tr><th scope=\"row\">\(Self.escaped(action))</th>\(cells.joined())</tr>\n"
    }

    private static func detail(_ role: String, _ action: String, _ standing: RoleStanding) -> String {
        var lines = ["\(role): \(action): \(standing.scope)"]
        lines += standing.conditional.map { "\($0.scope) by \($0.rule) when \($0.demand)" }
        lines += standing.denials.map { "denial \($0)" }
        lines += standing.obligations.map { "obligation \($0)" }
        return lines.joined(separator: "\n")
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }

    private static let style = """
        body { font: 15px/1.4 system-ui, sans-serif; margin: 2rem; color: #1b1f24; background: #fff; }
        table { border-collapse: collapse; }
        th, td { border: 1px solid #d0d7de; padding: .25rem .6rem; text-align: left; white-space: nowrap; }
        thead th { position: sticky; top: 0; background: #f6f8fa; }
        tbody th[scope=rowgroup] { background: #eaeef2; }
        tbody th[scope=row] { font-weight: normal; font-family: ui-monospace, monospace; }
        .s0 { color: #8c959f; }
        .s1 { background: #ddf4ff; }
        .s2 { background: #dafbe1; }
        .s3 { background: #aceebb; }
        .s4 { background: #fff8c5; }
        """
}
