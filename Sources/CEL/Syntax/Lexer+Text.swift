extension Lexer {
    /// A string or bytes literal; the position is at its first quote.
    mutating func text(isRaw: Bool, isBytes: Bool) throws(Failure) -> Token.Kind {
        let start = position
        let quote = bytes[position]
        let isTriple = peek(1) == quote && peek(2) == quote
        position += isTriple ? 3 : 1
        var content: [UInt8] = []
        while let byte = peek() {
            switch byte {
            case quote where !isTriple || (peek(1) == quote && peek(2) == quote):
                position += isTriple ? 3 : 1
                return try literal(content, isBytes: isBytes, from: start)
            case 0x0A, 0x0D:
                guard isTriple else {
                    throw failure(
                        "the string does not end on its line", at: start, remedy: "use `\\n` or triple quotes")
                }
                content.append(byte)
                position += 1
            case UInt8(ascii: "\\") where !isRaw: try escape(into: &content, isBytes: isBytes)
            default:
                content.append(byte)
                position += 1
            }
        }
        throw failure("the string does not end", at: start)
    }

    private func literal(_ content: [UInt8], isBytes: Bool, from start: Int) throws(Failure) -> Token.Kind {
        if isBytes { return .bytes(content) }
        guard let text = String(validating: content, as: UTF8.self) else {
            throw failure("the string is not valid UTF-8", at: start)
        }
        return .string(text)
    }

    private mutating func escape(into content: inout [UInt8], isBytes: Bool) throws(Failure) {
        let start = position
        guard let letter = peek(1) else { throw failure("the string does not end", at: start) }
        position += 2
        switch letter {
        case UInt8(ascii: "a"): content.append(0x07)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "v"): content.append(0x0B)
        case UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
            content.append(letter)
        case UInt8(ascii: "x"), UInt8(ascii: "X"):
            append(try digits(2, radix: 16, from: start), to: &content, isByte: isBytes)
        case UInt8(ascii: "u") where !isBytes: try appendScalar(digits: 4, from: start, to: &content)
        case UInt8(ascii: "U") where !isBytes: try appendScalar(digits: 8, from: start, to: &content)
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            throw failure(
                "a bytes literal has no escape of code points", at: start, remedy: "write `\\x` and two digits")
        case UInt8(ascii: "0")...UInt8(ascii: "3"):
            position -= 1
            append(try digits(3, radix: 8, from: start), to: &content, isByte: isBytes)
        default:
            throw failure(
                "unknown escape in a string", at: start,
                remedy: "write `\\\\` for a backslash, or a raw string `r\"…\"`")
        }
    }

    private func append(_ number: UInt32, to content: inout [UInt8], isByte: Bool) {
        if isByte || number < 0x80 {
            content.append(UInt8(truncatingIfNeeded: number))
        } else {
            // Below U+0100, two bytes of UTF-8.
            content.append(UInt8(truncatingIfNeeded: 0xC0 | number >> 6))
            content.append(UInt8(truncatingIfNeeded: 0x80 | number & 0x3F))
        }
    }

    private mutating func appendScalar(digits count: Int, from start: Int, to content: inout [UInt8]) throws(Failure) {
        let number = try digits(count, radix: 16, from: start)
        guard let scalar = Unicode.Scalar(number) else {
            throw failure("the escape is no Unicode code point, or a surrogate", at: start)
        }
        content.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    private mutating func digits(_ count: Int, radix: UInt32, from start: Int) throws(Failure) -> UInt32 {
        var number: UInt32 = 0
        for _ in 0..<count {
            guard let byte = peek(), let digit = Self.hexDigit(byte), digit < radix else {
                throw failure("the escape needs \(count) digits of base \(radix)", at: start)
            }
            // At most eight hexadecimal digits, so 32 bits.
            number = number &* radix &+ digit
            position += 1
        }
        return number
    }
}
