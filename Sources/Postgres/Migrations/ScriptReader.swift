/// One statement of a script.
struct ScriptStatement: Hashable, Sendable {
    /// Its text without the semicolon, from its first word on.
    let text: String
    /// The line of its first word, from 1.
    let line: Int
    /// Its words outside quotes and comments, in capitals; a quoted identifier stands as `"`.
    let words: [String]
}

/// Splits a script into statements as PostgreSQL's lexer would, so that an error can name its line: comments, the
/// quotes `'`, `"`, `E''` and `$tag$`, parentheses, and SQL-standard function bodies (`BEGIN ATOMIC … END`).
struct ScriptReader {
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var parentheses = 0
    private var blocks = 0
    private var start: (position: Int, line: Int)?
    private var words: [String] = []
    private var statements: [ScriptStatement] = []

    private init(_ text: String) { bytes = Array(text.utf8) }

    /// The statements, in order.
    static func statements(of text: String) -> [ScriptStatement] {
        var reader = ScriptReader(text)
        reader.read()
        return reader.statements
    }

    private mutating func read() {
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): advance()
            case UInt8(ascii: "-") where next == UInt8(ascii: "-"): skip { $0 == UInt8(ascii: "\n") }
            case UInt8(ascii: "/") where next == UInt8(ascii: "*"): skipBlockComment()
            case UInt8(ascii: "'"): quoted(by: byte, withBackslash: endsWithE)
            case UInt8(ascii: "\""):
                quoted(by: byte, withBackslash: false)
                words.append("\"")
            case UInt8(ascii: "$") where dollarTag != nil: dollarQuoted()
            case UInt8(ascii: ";") where parentheses == 0 && blocks == 0:
                finish()
                advance()
            default: other(byte)
            }
        }
        finish()
    }

    private var next: UInt8? { position + 1 < bytes.count ? bytes[position + 1] : nil }

    private mutating func begin() { if start == nil { start = (position, line) } }

    private mutating func advance() {
        if bytes[position] == UInt8(ascii: "\n") { line += 1 }
        position += 1
    }

    private mutating func skip(until isEnd: (UInt8) -> Bool) {
        while position < bytes.count, !isEnd(bytes[position]) { advance() }
    }

    private mutating func skipBlockComment() {
        var depth = 0
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "/"), next == UInt8(ascii: "*") {
                depth += 1
                position += 2
            } else if bytes[position] == UInt8(ascii: "*"), next == UInt8(ascii: "/") {
                depth -= 1
                position += 2
                if depth == 0 { return }
            } else {
                advance()
            }
        }
    }

    /// Whether the quote that begins here is one with backslashes: `E'…'`.
    private var endsWithE: Bool {
        guard position > 0, bytes[position - 1] | 0x20 == UInt8(ascii: "e") else { return false }
        return position < 2 || !Self.isWord(bytes[position - 2])
    }

    private mutating func quoted(by quote: UInt8, withBackslash: Bool) {
        begin()
        advance()
        while position < bytes.count {
            if withBackslash, bytes[position] == UInt8(ascii: "\\"), next != nil {
                advance()
            } else if bytes[position] == quote {
                if next == quote { advance() } else { return advance() }
            }
            advance()
        }
    }

    /// The `$tag$` that begins here.
    private var dollarTag: ArraySlice<UInt8>? {
        if position > 0, Self.isWord(bytes[position - 1]) { return nil }
        var end = position + 1
        while end < bytes.count, Self.isWord(bytes[end]), bytes[end] != UInt8(ascii: "$") { end += 1 }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "$") else { return nil }
        if end > position + 1, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position + 1]) { return nil }
        return bytes[position...end]
    }

    private mutating func dollarQuoted() {
        guard let tag = dollarTag else { return }
        begin()
        position += tag.count
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "$"), bytes[position...].starts(with: tag) {
                position += tag.count
                return
            }
            advance()
        }
    }

    private mutating func other(_ byte: UInt8) {
        begin()
        guard Self.isWord(byte) else {
            if byte == UInt8(ascii: "(") { parentheses += 1 }
            if byte == UInt8(ascii: ")") { parentheses = max(0, parentheses - 1) }
            return advance()
        }
        let first = position
        while position < bytes.count, Self.isWord(bytes[position]) { position += 1 }
        let word = String(decoding: bytes[first..<position], as: UTF8.self).uppercased()
        if word == "ATOMIC", words.last == "BEGIN" {
            blocks += 1
        } else if blocks > 0, word == "CASE" {
            blocks += 1
        } else if blocks > 0, word == "END" {
            blocks -= 1
        }
        words.append(word)
    }

    private mutating func finish() {
        defer {
            start = nil
            words = []
        }
        guard let start else { return }
        let text = String(decoding: bytes[start.position..<position], as: UTF8.self)
        statements.append(ScriptStatement(text: text, line: start.line, words: words))
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...:
            true
        default: false
        }
    }
}
