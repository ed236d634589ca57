/// Turns the bytes of an expression into tokens (cel-spec, "Syntax"). Works on UTF-8 so that every place is a byte
/// offset; a `String` is valid UTF-8, so that slices at ASCII delimiters are too.
struct Lexer {
    let bytes: [UInt8]
    var position = 0

    /// A fault of the text, before its place is turned into line and column.
    struct Failure: Error {
        var code: ExpressionError.Code = .syntax
        let offset: Int
        let cause: String
        var remedy: String?
    }

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func next() throws(Failure) -> Token {
        skipSpace()
        let start = position
        guard let byte = peek() else { return Token(kind: .end, start: start, end: start) }
        let kind: Token.Kind
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): kind = try number()
        case UInt8(ascii: "."):
            if let digit = peek(1), Self.isDigit(digit) { kind = try number() } else { kind = symbol(.dot) }
        case UInt8(ascii: "\""), UInt8(ascii: "'"): kind = try text(isRaw: false, isBytes: false)
        case UInt8(ascii: "`"): kind = try quotedIdentifier()
        case _ where Self.isLetter(byte): kind = try word()
        default: kind = try operatorSymbol(byte)
        }
        return Token(kind: kind, start: start, end: position)
    }

    func peek(_ ahead: Int = 0) -> UInt8? {
        position + ahead < bytes.count ? bytes[position + ahead] : nil
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    static func isLetter(_ byte: UInt8) -> Bool {
        let lower = byte | 0x20
        return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z") || byte == UInt8(ascii: "_")
    }

    func failure(_ cause: String, at offset: Int? = nil, remedy: String? = nil) -> Failure {
        Failure(offset: offset ?? position, cause: cause, remedy: remedy)
    }

    private mutating func skipSpace() {
        while let byte = peek() {
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0C, 0x0D: position += 1
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"):
                while let byte = peek(), byte != 0x0A, byte != 0x0D { position += 1 }
            default: return
            }
        }
    }

    /// An identifier, or the prefix of a string such as `r"` or `b'`.
    private mutating func word() throws(Failure) -> Token.Kind {
        let start = position
        while let byte = peek(), Self.isLetter(byte) || Self.isDigit(byte) { position += 1 }
        if let quote = peek(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"), position - start <= 2 {
            let prefix = bytes[start..<position].map { $0 | 0x20 }
            let isRaw = prefix.contains(UInt8(ascii: "r"))
            let isBytes = prefix.contains(UInt8(ascii: "b"))
            if prefix.count == (isRaw ? 1 : 0) + (isBytes ? 1 : 0) { return try text(isRaw: isRaw, isBytes: isBytes) }
        }
        return .identifier(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func quotedIdentifier() throws(Failure) -> Token.Kind {
        let start = position
        position += 1
        while let byte = peek(), byte != UInt8(ascii: "`") {
            guard Self.isLetter(byte) || Self.isDigit(byte) || " ./-".utf8.contains(byte) else {
                throw failure(
                    "unexpected character in a name in backticks",
                    remedy: "use letters, digits, `_`, `.`, `-`, `/` and space")
            }
            position += 1
        }
        guard peek() != nil else { throw failure("the name in backticks does not end", at: start) }
        guard position > start + 1 else { throw failure("the name in backticks is empty", at: start) }
        position += 1
        return .quotedIdentifier(String(decoding: bytes[start + 1..<position - 1], as: UTF8.self))
    }

    private mutating func symbol(_ symbol: Token.Symbol, length: Int = 1) -> Token.Kind {
        position += length
        return .symbol(symbol)
    }

    private mutating func operatorSymbol(_ byte: UInt8) throws(Failure) -> Token.Kind {
        let isEqualNext = peek(1) == UInt8(ascii: "=")
        switch byte {
        case UInt8(ascii: "("): return symbol(.leftParenthesis)
        case UInt8(ascii: ")"): return symbol(.rightParenthesis)
        case UInt8(ascii: "["): return symbol(.leftBracket)
        case UInt8(ascii: "]"): return symbol(.rightBracket)
        case UInt8(ascii: "{"): return symbol(.leftBrace)
        case UInt8(ascii: "}"): return symbol(.rightBrace)
        case UInt8(ascii: ","): return symbol(.comma)
        case UInt8(ascii: ":"): return symbol(.colon)
        case UInt8(ascii: "?"): return symbol(.question)
        case UInt8(ascii: "-"): return symbol(.minus)
        case UInt8(ascii: "+"): return symbol(.plus)
        case UInt8(ascii: "*"): return symbol(.times)
        case UInt8(ascii: "/"): return symbol(.divide)
        case UInt8(ascii: "%"): return symbol(.modulo)
        case UInt8(ascii: "!"): return isEqualNext ? symbol(.notEqual, length: 2) : symbol(.not)
        case UInt8(ascii: "<"): return isEqualNext ? symbol(.lessOrEqual, length: 2) : symbol(.less)
        case UInt8(ascii: ">"): return isEqualNext ? symbol(.greaterOrEqual, length: 2) : symbol(.greater)
        case UInt8(ascii: "=") where isEqualNext: return symbol(.equal, length: 2)
        case UInt8(ascii: "="): throw failure("unexpected `=`", remedy: "write `==` to compare")
        case UInt8(ascii: "&") where peek(1) == byte: return symbol(.and, length: 2)
        case UInt8(ascii: "&"): throw failure("unexpected `&`", remedy: "write `&&`")
        case UInt8(ascii: "|") where peek(1) == byte: return symbol(.or, length: 2)
        case UInt8(ascii: "|"): throw failure("unexpected `|`", remedy: "write `||`")
        default: throw failure("unexpected character `\(scalarText())`")
        }
    }

    /// The scalar at the position, escaped when it cannot be shown.
    private func scalarText() -> String {
        let tail = String(decoding: bytes[position..<min(position + 4, bytes.count)], as: UTF8.self)
        guard let scalar = tail.unicodeScalars.first else { return "" }
        return scalar.value < 0x20 || scalar.value == 0x7F
            ? "\\u{" + String(scalar.value, radix: 16) + "}" : String(scalar)
    }
}
