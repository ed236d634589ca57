/// Moving over lines, spaces and comments.
extension SourceReader {
    var isAtEnd: Bool { line >= lines.count }
    var isAtEndOfLine: Bool { isAtEnd || column >= lines[line].count }
    var here: Unicode.Scalar? { isAtEndOfLine ? nil : lines[line][column] }
    var following: Unicode.Scalar? {
        !isAtEnd && column + 1 < lines[line].count ? lines[line][column + 1] : nil
    }

    /// A comment begins a line or follows a space.
    var isAtComment: Bool {
        here == "#" && (column == 0 || Self.isSpace(lines[line][column - 1]))
    }

    var isAtQuote: Bool { here == "\"" || here == "'" }

    /// `- ` or a dash at the end of the line.
    var isAtDash: Bool { here == "-" && (following.map(Self.isSpace) ?? true) }

    static func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }

    func isAt(_ text: String) -> Bool {
        guard !isAtEnd, column == 0 else { return false }
        let marker = Array(text.unicodeScalars)
        return lines[line].starts(with: marker)
            && (lines[line].count == marker.count || Self.isSpace(lines[line][marker.count]))
    }

    mutating func skipSpaces() {
        while let here, Self.isSpace(here) { column += 1 }
    }

    /// Goes to the next content, and keeps what stands between in `pending`.
    mutating func nextLine() {
        line += 1
        column = 0
        skipTrivia()
    }

    mutating func skipTrivia() {
        while !isAtEnd {
            column = 0
            skipSpaces()
            if isAtEndOfLine {
                if case .blank? = pending.last {} else { pending.append(.blank) }
            } else if here == "#" {
                let column = self.column
                pending.append(.comment(takeComment(), column: column))
            } else {
                return
            }
            line += 1
        }
        column = 0
    }

    /// The rest of the line.
    mutating func takeComment() -> String {
        var text = String(String.UnicodeScalarView(lines[line][column...]))
        while let last = text.unicodeScalars.last, Self.isSpace(last) || last == "\r" {
            text.unicodeScalars.removeLast()
        }
        column = lines[line].count
        return text
    }

    mutating func takePending() -> [Trivia] {
        defer { pending = [] }
        return pending
    }

    /// The pending comments that are indented at least as the block that ends here: they belong to it.
    mutating func takeFooter(at indent: Int) -> [Trivia] {
        var count = 0
        for (index, trivia) in pending.enumerated() {
            guard case .comment(_, let column) = trivia else { continue }
            if column < indent { break }
            count = index + 1
        }
        guard indent > 0, count > 0 else { return [] }
        defer { pending.removeFirst(count) }
        return Array(pending.prefix(count))
    }

    mutating func takeAnchor() -> String? {
        guard here == "&" else { return nil }
        let word = takeWord()
        skipSpaces()
        return word
    }

    /// Up to the next space or flow indicator.
    mutating func takeWord() -> String {
        var word = String.UnicodeScalarView()
        while let here, !Self.isSpace(here), !Self.flowIndicators.contains(here) {
            word.append(here)
            column += 1
        }
        return String(word)
    }

    static let flowIndicators: Set<Unicode.Scalar> = [",", "[", "]", "{", "}"]
}
