import MarkedYAML

/// Writes a layout in the one form: two spaces a level, lists of words in brackets, at most one empty line, no quotes
/// where none are needed.
struct LayoutWriter {
    private(set) var lines: [String] = []
    /// No empty line may follow: a block has just begun.
    private var isAtStart = true

    /// Longer lines are broken where they can be, as everywhere in this project.
    static let width = 120

    /// The entries of a block at a column, with the tree's nodes for their values.
    mutating func write(_ node: SourceNode, _ value: YAMLNode, at indent: Int) {
        switch (node.form, value.content) {
        case (.sequence(let collection), .sequence(let items)):
            for (entry, item) in zip(collection.entries, items) { write(entry, item, key: nil, at: indent) }
            write(collection.footer, at: indent)
        case (.mapping(let collection), .mapping(let entries)):
            for (entry, each) in zip(collection.entries, entries) {
                write(entry, each.value, key: each.key, at: indent)
            }
            write(collection.footer, at: indent)
        default: break
        }
    }

    /// Comments and empty lines.
    mutating func write(_ trivia: [Trivia], at indent: Int) {
        for each in trivia {
            switch each {
            case .blank:
                if !isAtStart && lines.last?.isEmpty == false { lines.append("") }
            case .comment(let text, _):
                lines.append(String(repeating: " ", count: indent) + text)
                isAtStart = false
            }
        }
    }

    private mutating func write(_ entry: SourceEntry, _ value: YAMLNode, key: String?, at indent: Int) {
        var entry = entry
        if key == nil { Hoisting.hoist(&entry) }
        write(entry.leading, at: indent)
        isAtStart = false
        let lead = String(repeating: " ", count: indent) + (key.map { entry.key($0, .block) + ":" } ?? "-")
        let anchor = entry.value.anchor.map { " " + $0 } ?? ""
        let comment = entry.comment.map { "  " + $0 } ?? ""
        let start = lead + anchor
        switch entry.value.form {
        case .blockScalar(let header, let hasDigit, let body):
            let mark = header.prefix(1) + (hasDigit ? "2" : "") + header.dropFirst()
            lines.append("\(start) \(mark)\(comment)")
            write(body, at: indent + 2)
        case .scalar, .alias:
            let text = InlineText.text(entry.value.withoutAnchor, value, .block) ?? ""
            if start.unicodeScalars.count + 1 + text.unicodeScalars.count > Self.width,
                case .string(let long) = value.content, let words = ScalarText.foldable(long)
            {
                if case .alias = entry.value.form {
                } else {
                    lines.append("\(start) >-\(comment)")
                    return write(Self.filled(words, width: Self.width - indent - 2), at: indent + 2)
                }
            }
            lines.append(text.isEmpty ? start + comment : "\(start) \(text)\(comment)")
        case .sequence, .mapping:
            if let text = InlineText.collection(entry.value.withoutAnchor, value),
                start.unicodeScalars.count + 1 + text.unicodeScalars.count <= Self.width
            {
                lines.append("\(start) \(text)\(comment)")
            } else if key == nil && anchor.isEmpty && comment.isEmpty {
                writeCompact(entry.value, value, at: indent)
            } else {
                lines.append(start + comment)
                isAtStart = true
                write(entry.value, value, at: indent + 2)
            }
        }
    }

    /// `- key: value`: the first line of the item stands behind the dash.
    private mutating func writeCompact(_ node: SourceNode, _ value: YAMLNode, at indent: Int) {
        let first = lines.count
        isAtStart = true
        write(node, value, at: indent + 2)
        guard lines.count > first else { return }
        lines[first] = String(repeating: " ", count: indent) + "- " + lines[first].dropFirst(indent + 2)
    }

    private mutating func write(_ body: [String], at indent: Int) {
        for line in body { lines.append(line.isEmpty ? "" : String(repeating: " ", count: indent) + line) }
    }

    private static func filled(_ words: [Substring], width: Int) -> [String] {
        var lines: [String] = []
        for word in words {
            if let last = lines.last, last.unicodeScalars.count + 1 + word.unicodeScalars.count <= width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
