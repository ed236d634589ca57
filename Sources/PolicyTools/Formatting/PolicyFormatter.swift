public import MarkedYAML
public import PolicyCore

/// Lays out policy files in one form, comments kept and meaning unchanged.
public enum PolicyFormatter {
    /// The file in the one form: two spaces a level, lists of words in brackets, lines of at most 120 columns where they
    /// can be broken, no quotes where none are needed, at most one empty line. Formatting it again changes nothing.
    /// - Throws: where the file is no YAML, or holds a layout that cannot be formatted without risk to its meaning.
    public static func format(_ file: PolicyFile) throws(PlacedError) -> PolicyFile {
        let before = try YAMLNode.parse(file.bytes, path: file.path)
        let (tree, rest) = try layout(file)
        var writer = LayoutWriter()
        if let tree { writer.write(tree, before, at: 0) }
        writer.write(rest, at: 0)
        var lines = writer.lines
        while lines.last?.isEmpty == true { lines.removeLast() }
        let result = PolicyFile(path: file.path, text: lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n")
        try compare(before, tree?.comments ?? [], rest, with: result)
        return result
    }

    /// Whether the file is in that form already.
    public static func isFormatted(_ file: PolicyFile) throws(PlacedError) -> Bool {
        try format(file).bytes == file.bytes
    }

    private static func layout(_ file: PolicyFile) throws(PlacedError) -> (tree: SourceNode?, rest: [Trivia]) {
        var text = String(decoding: file.bytes, as: UTF8.self)
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        // By scalars: a carriage return and a line feed are one character.
        let unix = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\r" }))
        var reader = SourceReader(text: unix, path: file.path)
        let tree = try reader.document()
        return (tree, reader.pending)
    }

    /// INVARIANT: what is written means what was read, and every comment is still there. A layout that the reader took
    /// for another one ends here, and the file stays as it is.
    private static func compare(
        _ before: YAMLNode, _ comments: [String], _ rest: [Trivia], with result: PolicyFile
    ) throws(PlacedError) {
        let after = try? YAMLNode.parse(result.bytes, path: result.path)
        let again = try? layout(result)
        guard let after, let again, try after.json(path: result.path) == before.json(path: result.path),
            Self.order(after) == Self.order(before),
            (again.tree?.comments ?? []).sorted() + again.rest.compactMap(\.text)
                == comments.sorted() + rest.compactMap(\.text)
        else {
            throw PlacedError(
                path: result.path, mark: .start, cause: "this file cannot be formatted without changing its meaning",
                remedy: "lay it out more simply, without anchors and with comments on lines of their own")
        }
    }

    /// The keys in their order, which JSON forgets.
    private static func order(_ node: YAMLNode) -> [String] {
        switch node.content {
        case .sequence(let items): items.flatMap(order)
        case .mapping(let entries): entries.flatMap { [$0.key] + order($0.value) }
        default: []
        }
    }
}
