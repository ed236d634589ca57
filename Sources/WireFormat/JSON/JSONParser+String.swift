extension JSONParser {
    /// Where the characters of a string stand, quotes left out.
    struct TextRun {
        let start: Int
        let end: Int
        /// ASCII without escapes: its bytes are its text.
        let isPlain: Bool
    }

    /// Reads a string, its opening quote included.
    mutating func string() throws(JSONParseError) -> String {
        let start = position
        let run = try run()
        return run.isPlain ? plainText(run) : try text(at: start)
    }

    /// The text of the string whose opening quote stands at `place`.
    func text(at place: Int) throws(JSONParseError) -> String {
        var reader = self
        reader.position = place + 1
        return try reader.escapedString(from: place + 1)
    }

    /// The text of a plain run.
    func plainText(_ run: TextRun) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: bytes[run.start..<run.end]), as: UTF8.self)
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080
    private static let quotes = ones &* UInt64(UInt8(ascii: "\""))
    private static let backslashes = ones &* UInt64(UInt8(ascii: "\\"))
    private static let spaces = ones &* 0x20

    /// The top bit of the first byte that ends a plain run of eight bytes: a quote, a backslash, a control character or
    /// no ASCII; zero when none does. Bits above the lowest one mean nothing.
    ///
    /// Source: "Determine if a word has a byte less than n" (Anderson, Bit Twiddling Hacks).
    @inline(__always)
    private static func ends(_ word: UInt64) -> UInt64 {
        let quote = word ^ quotes
        let backslash = word ^ backslashes
        let isQuote = (quote &- ones) & ~quote
        let isBackslash = (backslash &- ones) & ~backslash
        let isControl = (word &- spaces) & ~word
        return (isQuote | isBackslash | isControl | word) & highs
    }

    /// Reads over a string, its quotes included.
    mutating func run() throws(JSONParseError) -> TextRun {
        position += 1
        let start = position
        let raw = UnsafeRawBufferPointer(bytes)
        while position &+ 8 <= raw.count {
            let ends = Self.ends(
                UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
            if ends != 0 {
                position &+= ends.trailingZeroBitCount &>> 3
                break
            }
            position &+= 8
        }
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return TextRun(start: start, end: position - 1, isPlain: true)
            case UInt8(ascii: "\\"), 0x80...: return try unusualRun(from: start)
            case 0..<0x20: throw failure("a control character in a string must be escaped")
            default: position += 1
            }
        }
        throw failure("unexpected end of text in a string")
    }

    /// Reads over a string that has escapes or characters beyond ASCII, checking both.
    private mutating func unusualRun(from start: Int) throws(JSONParseError) -> TextRun {
        position = start
        _ = try escapedString(from: start)
        return TextRun(start: start, end: position - 1, isPlain: false)
    }

    private mutating func escapedString(from start: Int) throws(JSONParseError) -> String {
        var text = Array(bytes[start..<position])
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return try decode(text[...], at: start)
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &text)
            case 0..<0x20: throw failure("a control character in a string must be escaped")
            default:
                text.append(byte)
                position += 1
            }
        }
        throw failure("unexpected end of text in a string")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONParseError) {
        guard let byte = peek() else { throw failure("unexpected end of text in a string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(Character(try unicodeScalar())).utf8)
        default: throw failure("unknown escape in a string")
        }
    }

    private mutating func unicodeScalar() throws(JSONParseError) -> Unicode.Scalar {
        let first = try codeUnit()
        guard first != 0 else { throw failure("NUL is not allowed in a string") }
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw failure("a lone surrogate in a string")
        }
        let second = try codeUnit()
        guard (0xDC00...0xDFFF).contains(second) else { throw failure("a lone surrogate in a string") }
        let value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        guard let scalar = Unicode.Scalar(value) else { throw failure("a lone surrogate in a string") }
        return scalar
    }

    private mutating func codeUnit() throws(JSONParseError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = peek(), let digit = Hex.value(of: byte) else {
                throw failure("a \\u escape needs four hexadecimal digits")
            }
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return value
    }

    private func decode(_ slice: some Collection<UInt8>, at start: Int) throws(JSONParseError) -> String {
        guard let text = String(validating: slice, as: UTF8.self) else {
            throw failure("the string is not valid UTF-8", at: start)
        }
        return text
    }
}
