import MarkedYAML

/// Scalars and keys in block style.
extension SourceReader {
    /// Whether a key and its colon begin here.
    var isAtKey: Bool {
        var ahead = self
        return (try? ahead.skipKey()) != nil
    }

    /// Goes past a key and its colon.
    mutating func skipKey() throws(PlacedError) {
        guard let first = here, !Self.flowIndicators.contains(first), first != "&", first != "*",
            first != "?" || !isSpaced
        else { throw refused("this key", "write `key: value`") }
        let start = line
        if first == "\"" || first == "'" {
            _ = try quoted()
            skipSpaces()
            guard line == start, here == ":", isSpaced else { throw refused("this key", "write `key: value`") }
            column += 1
            return
        }
        while let here {
            if here == ":" && isSpaced {
                column += 1
                return
            }
            if isAtComment { break }
            column += 1
        }
        throw refused("this key", "write `key: value`")
    }

    /// Whether a space or the end of the line follows.
    private var isSpaced: Bool { following.map(Self.isSpace) ?? true }

    /// A plain scalar, which goes on over lines that are indented deeper than its parent.
    mutating func plain(above parent: Int) -> SourceForm {
        let raw = plainLine()
        var isLong = false
        while isAtEndOfLine {
            var ahead = self
            ahead.pending = []
            ahead.nextLine()
            if ahead.isAtEnd || ahead.column <= parent || ahead.pending.contains(where: \.isComment) { break }
            self.line = ahead.line
            self.column = ahead.column
            _ = plainLine()
            isLong = true
        }
        return .scalar(raw: isLong ? nil : raw, isQuoted: false)
    }

    /// To the end of the line or to a comment, without spaces at the end.
    private mutating func plainLine() -> String {
        let start = column
        while !isAtEndOfLine && !isAtComment { column += 1 }
        var end = column
        while end > start, Self.isSpace(lines[line][end - 1]) { end -= 1 }
        return String(String.UnicodeScalarView(lines[line][start..<end]))
    }

    /// A scalar in quotes, over as many lines as it takes.
    mutating func quoted() throws(PlacedError) -> SourceForm {
        guard let quote = here else { throw refused("this text", "put it in quotes") }
        let start = line
        var raw = String.UnicodeScalarView([quote])
        column += 1
        while true {
            guard let here else {
                line += 1
                column = 0
                guard !isAtEnd else { throw refused("this text", "close the quotes") }
                continue
            }
            raw.append(here)
            column += 1
            if here == "\\" && quote == "\"" {
                if let escaped = self.here {
                    raw.append(escaped)
                    column += 1
                }
            } else if here == quote {
                guard quote == "'", self.here == "'" else { break }
                raw.append(quote)
                column += 1
            }
        }
        return .scalar(raw: line == start ? String(raw) : nil, isQuoted: true)
    }

    /// `|` or `>` with the lines below.
    mutating func blockScalar(above parent: Int) throws(PlacedError) -> SourceForm {
        var header = ""
        var digit: Int?
        while let here, !Self.isSpace(here) {
            if let value = Int(String(here)) { digit = value } else { header.unicodeScalars.append(here) }
            column += 1
        }
        skipSpaces()
        headerComment = isAtComment ? takeComment() : nil
        line += 1
        var body: [[Unicode.Scalar]] = []
        var indent = digit.map { max(parent, 0) + $0 }
        while !isAtEnd {
            let text = lines[line]
            let depth = text.prefix { $0 == " " }.count
            if depth < text.count {
                if indent == nil { indent = depth }
                if depth < (indent ?? 0) || depth <= parent { break }
            }
            body.append(text)
            line += 1
        }
        var blanks = 0
        if !header.hasSuffix("+") {
            while let last = body.last, last.allSatisfy(Self.isSpace) {
                body.removeLast()
                blanks += 1
            }
        }
        if blanks > 0 { pending.append(.blank) }
        column = 0
        skipTrivia()
        let cut = indent ?? 0
        return .blockScalar(
            header: header, hasDigit: digit != nil,
            lines: body.map { String(String.UnicodeScalarView($0.dropFirst(min(cut, $0.count)))) })
    }

    /// The comment after the header that was read last.
    mutating func takeHeaderComment() -> String? {
        defer { headerComment = nil }
        return headerComment
    }
}
