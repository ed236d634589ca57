import MarkedYAML

/// Reads the layout of a YAML text that has been parsed already, so that it is known to be well-formed.
///
/// INVARIANT: after a node in block style the reader stands on the next content, and `pending` holds the lines between.
struct SourceReader {
    let path: String
    var lines: [[Unicode.Scalar]]
    var line = 0
    var column = 0
    /// Comments and empty lines before the place where the reader stands.
    var pending: [Trivia] = []
    /// The comment after the `|` or `>` that was read last.
    var headerComment: String?

    init(text: String, path: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0.unicodeScalars) }
        if lines.last?.isEmpty == true { lines.removeLast() }
    }

    /// The whole document; nil when there is nothing but comments, which are pending then.
    mutating func document() throws(PlacedError) -> SourceNode? {
        skipTrivia()
        if isAt("---") {
            column += 3
            skipSpaces()
            guard isAtEndOfLine || isAtComment else { throw refused("text after `---`", "begin a new line") }
            if isAtComment { pending.append(.comment(takeComment(), column: 0)) }
            nextLine()
        }
        if isAtEnd { return nil }
        var root = try node(above: -1, isInSequence: false, mayBeZeroIndented: false)
        if let comment = root.comment { pending.insert(.comment(comment, column: 0), at: 0) }
        if isAt("...") {
            column += 3
            nextLine()
        }
        guard isAtEnd else { throw refused("this layout", "lay it out more simply") }
        let rest = takePending()
        switch root.node.form {
        case .mapping(var collection):
            collection.footer += rest
            root.node.form = .mapping(collection)
        case .sequence(var collection):
            collection.footer += rest
            root.node.form = .sequence(collection)
        default: throw refused("a document without keys", "write `key: value` lines")
        }
        return root.node
    }

    /// A node that stands on the next lines or on this one, below a parent at column `parent`.
    mutating func node(
        above parent: Int, isInSequence: Bool, mayBeZeroIndented: Bool
    ) throws(PlacedError) -> (node: SourceNode, comment: String?) {
        skipSpaces()
        let anchor = takeAnchor()
        var comment = isAtComment ? takeComment() : nil
        if isAtEndOfLine {
            let isDocument = parent < 0 && anchor == nil
            nextLine()
            let isZeroIndented = mayBeZeroIndented && column == parent && isAtDash
            if isAtEnd || (column <= parent && !isZeroIndented && !isDocument) {
                return (SourceNode(anchor: anchor, form: .scalar(raw: "", isQuoted: false)), comment)
            }
            var found = try content(above: parent, mayBeMapping: true, isZeroIndented: isZeroIndented)
            // A comment after the key and another after a scalar below it: the first moves above the entry.
            if let inner = found.comment {
                if let first = comment { pending.insert(.comment(first, column: column), at: 0) }
                comment = inner
            }
            if found.node.anchor == nil { found.node.anchor = anchor }
            return (found.node, comment)
        }
        var found = try content(above: parent, mayBeMapping: isInSequence || parent < 0, isZeroIndented: false)
        if found.node.anchor == nil { found.node.anchor = anchor }
        return found
    }

    /// What stands right here.
    private mutating func content(
        above parent: Int, mayBeMapping: Bool, isZeroIndented: Bool
    ) throws(PlacedError) -> (node: SourceNode, comment: String?) {
        if mayBeMapping, isAtDash { return (try sequence(at: column, isZeroIndented: isZeroIndented), nil) }
        if mayBeMapping, isAtKey { return (try mapping(at: column), nil) }
        let anchor = takeAnchor()
        let form: SourceForm
        switch here {
        case "|", ">": return (SourceNode(anchor: anchor, form: try blockScalar(above: parent)), takeHeaderComment())
        case "[", "{": form = try flow()
        case "*": form = .alias(takeWord())
        case "\"", "'": form = try quoted()
        case "?": throw refused("a key written with `?`", "write `key: value`")
        default: form = plain(above: parent)
        }
        skipSpaces()
        let comment = isAtComment ? takeComment() : nil
        guard isAtEndOfLine else { throw refused("this layout", "lay it out more simply") }
        nextLine()
        return (SourceNode(anchor: anchor, form: form), comment)
    }

    private mutating func mapping(at indent: Int) throws(PlacedError) -> SourceNode {
        var collection = SourceCollection(isFlow: false)
        repeat {
            let leading = takePending()
            guard isAtKey else { throw refused("this layout", "write `key: value`") }
            let isQuoted = isAtQuote
            try skipKey()
            let value = try node(above: indent, isInSequence: false, mayBeZeroIndented: true)
            collection.entries.append(
                SourceEntry(leading: leading, value: value.node, comment: value.comment, isKeyQuoted: isQuoted))
        } while !isAtEnd && column == indent
        collection.footer = takeFooter(at: indent)
        return SourceNode(form: .mapping(collection))
    }

    private mutating func sequence(at indent: Int, isZeroIndented: Bool) throws(PlacedError) -> SourceNode {
        var collection = SourceCollection(isFlow: false)
        repeat {
            let leading = takePending()
            column += 1
            let value = try node(above: indent, isInSequence: true, mayBeZeroIndented: false)
            collection.entries.append(SourceEntry(leading: leading, value: value.node, comment: value.comment))
        } while !isAtEnd && column == indent && isAtDash
        if !isZeroIndented { collection.footer = takeFooter(at: indent) }
        return SourceNode(form: .sequence(collection))
    }

    /// What is said about a layout that is not read.
    func refused(_ what: String, _ remedy: String) -> PlacedError {
        PlacedError(
            path: path, mark: Mark(line: line + 1, column: column + 1), cause: "\(what) cannot be formatted",
            remedy: remedy)
    }
}
