import MarkedYAML

/// Lists and mappings in brackets.
extension SourceReader {
    /// `[…]` or `{…}`, over as many lines as it takes.
    mutating func flow() throws(PlacedError) -> SourceForm {
        let isMapping = here == "{"
        let close: Unicode.Scalar = isMapping ? "}" : "]"
        var collection = SourceCollection(isFlow: true)
        column += 1
        while true {
            let leading = try skipFlowTrivia(after: &collection)
            if here == close {
                column += 1
                collection.footer = leading
                return isMapping ? .mapping(collection) : .sequence(collection)
            }
            let isQuoted = isAtQuote
            if isMapping { try skipFlowKey() }
            var entry = SourceEntry(leading: leading, value: try flowNode(), comment: nil, isKeyQuoted: isQuoted)
            // A comment ahead of the comma belongs to the entry as well.
            var between = SourceCollection(isFlow: true, entries: [entry])
            let rest = try skipFlowTrivia(after: &between)
            entry = between.entries[0]
            collection.entries.append(entry)
            if here == "," {
                column += 1
                if rest.contains(where: \.isComment) { throw refused("a comment ahead of a comma", "move the comment") }
            } else if here == close {
                column += 1
                collection.footer = rest
                return isMapping ? .mapping(collection) : .sequence(collection)
            } else {
                throw refused("this layout", "lay it out more simply")
            }
        }
    }

    /// Skips spaces, lines and comments; a comment on the line of the last entry is that entry's.
    private mutating func skipFlowTrivia(after collection: inout SourceCollection) throws(PlacedError) -> [Trivia] {
        var found: [Trivia] = []
        var isSameLine = true
        while !isAtEnd {
            skipSpaces()
            if isAtComment {
                let text = takeComment()
                if isSameLine, let last = collection.entries.indices.last, collection.entries[last].comment == nil {
                    collection.entries[last].comment = text
                } else {
                    found.append(.comment(text, column: 0))
                }
            }
            guard isAtEndOfLine else { return found }
            line += 1
            column = 0
            isSameLine = false
        }
        throw refused("this layout", "close the brackets")
    }

    private mutating func skipFlowKey() throws(PlacedError) {
        let start = line
        if isAtQuote {
            _ = try quoted()
            skipSpaces()
        } else {
            flowPlainLine()
        }
        guard line == start else { throw refused("a key over several lines", "write it on one") }
        guard here == ":" else {
            guard here == "," || here == "}" else { throw refused("this layout", "write `key: value`") }
            return
        }
        column += 1
    }

    private mutating func flowNode() throws(PlacedError) -> SourceNode {
        var none = SourceCollection(isFlow: true)
        let before = try skipFlowTrivia(after: &none)
        guard !before.contains(where: \.isComment) else { throw refused("a comment here", "move the comment") }
        let anchor = takeAnchor()
        let form: SourceForm
        switch here {
        case "[", "{": form = try flow()
        case "*": form = .alias(takeWord())
        case "\"", "'": form = try quoted()
        case ",", "]", "}": form = .scalar(raw: "", isQuoted: false)
        default: form = flowPlain()
        }
        var ahead = self
        ahead.skipSpaces()
        if ahead.here == ":" { throw refused("a pair in a list", "write `{key: value}`") }
        return SourceNode(anchor: anchor, form: form)
    }

    private mutating func flowPlain() -> SourceForm {
        let raw = flowPlainLine()
        var isLong = false
        while isAtEndOfLine && !isAtEnd {
            var ahead = self
            ahead.pending = []
            ahead.nextLine()
            guard let next = ahead.here, !Self.flowIndicators.contains(next),
                !ahead.pending.contains(where: \.isComment)
            else { break }
            line = ahead.line
            column = ahead.column
            flowPlainLine()
            isLong = true
        }
        return .scalar(raw: isLong ? nil : raw, isQuoted: false)
    }

    @discardableResult
    private mutating func flowPlainLine() -> String {
        let start = column
        while let here, !Self.flowIndicators.contains(here), !isAtComment {
            if here == ":", following.map({ Self.isSpace($0) || Self.flowIndicators.contains($0) }) ?? true { break }
            column += 1
        }
        var end = column
        while end > start, Self.isSpace(lines[line][end - 1]) { end -= 1 }
        return String(String.UnicodeScalarView(lines[line][start..<end]))
    }
}
