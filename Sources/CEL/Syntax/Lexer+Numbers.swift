extension Lexer {
    /// An integer, unsigned integer or floating-point literal; the position is at a digit or at a dot before one.
    mutating func number() throws(Failure) -> Token.Kind {
        let start = position
        if peek() == UInt8(ascii: "0"), let letter = peek(1), letter | 0x20 == UInt8(ascii: "x") {
            return try hexadecimal(from: start)
        }
        let hasWhole = skipDigits()
        var isDouble = false
        if peek() == UInt8(ascii: "."), let digit = peek(1), Self.isDigit(digit) {
            isDouble = true
            position += 1
            _ = skipDigits()
        }
        if let letter = peek(), letter | 0x20 == UInt8(ascii: "e"), skipExponent() { isDouble = true }
        let digits = String(decoding: bytes[start..<position], as: UTF8.self)
        if isDouble {
            // Swift's reader wants a digit before the dot.
            guard let number = Double(hasWhole ? digits : "0" + digits), number.isFinite else {
                throw failure("the number `\(digits)` is too large for a double", at: start)
            }
            try endOfNumber(from: start)
            return .double(number)
        }
        return try integer(UInt64(digits), from: start)
    }

    private mutating func hexadecimal(from start: Int) throws(Failure) -> Token.Kind {
        position += 2
        let first = position
        while let byte = peek(), Self.hexDigit(byte) != nil { position += 1 }
        guard position > first else { throw failure("a hexadecimal number needs a digit") }
        return try integer(UInt64(String(decoding: bytes[first..<position], as: UTF8.self), radix: 16), from: start)
    }

    private mutating func integer(_ number: UInt64?, from start: Int) throws(Failure) -> Token.Kind {
        let isUnsigned = peek().map { $0 | 0x20 == UInt8(ascii: "u") } ?? false
        if isUnsigned { position += 1 }
        guard let number else {
            let text = String(decoding: bytes[start..<position], as: UTF8.self)
            throw failure("the integer `\(text)` does not fit 64 bits", at: start)
        }
        try endOfNumber(from: start)
        return isUnsigned ? .uint(number) : .int(number)
    }

    /// `1x` is a slip of the pen rather than two tokens.
    private func endOfNumber(from start: Int) throws(Failure) {
        guard let byte = peek(), Self.isLetter(byte) || Self.isDigit(byte) else { return }
        let text = String(decoding: bytes[start...position], as: UTF8.self)
        throw failure("unexpected letter after a number: `\(text)`", at: start)
    }

    private mutating func skipDigits() -> Bool {
        let start = position
        while let byte = peek(), Self.isDigit(byte) { position += 1 }
        return position > start
    }

    /// `e+10`; nothing is taken when no digit follows.
    private mutating func skipExponent() -> Bool {
        let start = position
        position += 1
        if let sign = peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
        if skipDigits() { return true }
        position = start
        return false
    }

    static func hexDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
