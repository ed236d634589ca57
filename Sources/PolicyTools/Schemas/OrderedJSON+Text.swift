import WireFormat

extension OrderedJSON {
    /// The text, indented by two; what fits stands on one line.
    func text(indent: Int = 0, lead: Int = 0) -> String {
        let line = self.line
        if indent + lead + line.utf8.count <= Self.width { return line }
        let inner = String(repeating: " ", count: indent + 2)
        let close = "\n" + String(repeating: " ", count: indent)
        switch self {
        case .truth, .integer, .text: return line
        case .list(let items):
            let lines = items.map { inner + $0.text(indent: indent + 2) }
            return "[\n" + lines.joined(separator: ",\n") + close + "]"
        case .members(let members):
            let lines = members.map { member in
                let name = JSONValue.string(member.name).text + ": "
                return inner + name + member.value.text(indent: indent + 2, lead: name.utf8.count)
            }
            return "{\n" + lines.joined(separator: ",\n") + close + "}"
        }
    }

    /// Longer lines are hard to compare.
    private static let width = 100

    /// On one line.
    private var line: String {
        switch self {
        case .truth(let truth): truth ? "true" : "false"
        case .integer(let number): "\(number)"
        case .text(let text): JSONValue.string(text).text
        case .list(let items): "[" + items.map(\.line).joined(separator: ", ") + "]"
        case .members(let members):
            "{" + members.map { JSONValue.string($0.name).text + ": " + $0.value.line }.joined(separator: ", ") + "}"
        }
    }
}
