/// The core schema of YAML 1.2 (§10.3.2): what a plain scalar without a tag means.
enum CoreSchema {
    /// Why a scalar that looks like a number cannot be held.
    struct OutOfRange: Error {}

    /// Resolves a plain scalar.
    static func resolve(_ text: String) throws(OutOfRange) -> YAMLNode.Content {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .double(.infinity)
        case "-.inf", "-.Inf", "-.INF": return .double(-.infinity)
        case ".nan", ".NaN", ".NAN": return .double(.nan)
        default: break
        }
        guard let first = text.utf8.first, isNumberStart(first) else { return .string(text) }
        if let digits = digits(of: text, after: "0o", where: { (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }) {
            return .integer(try parse(digits, radix: 8))
        }
        if let digits = digits(of: text, after: "0x", where: isHexDigit) {
            return .integer(try parse(digits, radix: 16))
        }
        switch shape(of: text) {
        case .integer: return .integer(try parse(text[...], radix: 10))
        case .float:
            guard let value = Double(text), value.isFinite else { throw OutOfRange() }
            return .double(value)
        case .neither: return .string(text)
        }
    }

    private enum Shape { case integer, float, neither }

    private static func isNumberStart(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte)
    }

    private static func digits(of text: String, after prefix: String, where allowed: (UInt8) -> Bool) -> Substring? {
        guard text.hasPrefix(prefix) else { return nil }
        let rest = text.dropFirst(prefix.count)
        return !rest.isEmpty && rest.utf8.allSatisfy(allowed) ? rest : nil
    }

    private static func parse(_ digits: Substring, radix: Int) throws(OutOfRange) -> Int64 {
        guard let value = Int64(digits, radix: radix) else { throw OutOfRange() }
        return value
    }

    /// `[-+]?[0-9]+` is an integer; `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?` a float.
    private static func shape(of text: String) -> Shape {
        var bytes = Substring(text).utf8
        func skipSign() {
            if bytes.first == UInt8(ascii: "+") || bytes.first == UInt8(ascii: "-") { bytes.removeFirst() }
        }
        func skipDigits() -> Int {
            var count = 0
            while let byte = bytes.first, isDigit(byte) {
                bytes.removeFirst()
                count += 1
            }
            return count
        }
        skipSign()
        let whole = skipDigits()
        if bytes.isEmpty { return whole > 0 ? .integer : .neither }
        if bytes.first == UInt8(ascii: ".") {
            bytes.removeFirst()
            let fraction = skipDigits()
            if whole == 0 && fraction == 0 { return .neither }
        } else if whole == 0 {
            return .neither
        }
        if bytes.first == UInt8(ascii: "e") || bytes.first == UInt8(ascii: "E") {
            bytes.removeFirst()
            skipSign()
            if skipDigits() == 0 { return .neither }
        }
        return bytes.isEmpty ? .float : .neither
    }
}
