/// Numbers and bools as texts write them. Nothing around them is allowed, not even space.
enum NumberText {
    /// Longest text of a number that is read; the exact decimal form of any double is shorter.
    private static let lengthLimit = 1100

    static func bool(_ text: String) throws(EvaluationError) -> Bool {
        switch text {
        case "true", "True", "TRUE", "t", "T", "1": return true
        case "false", "False", "FALSE", "f", "F", "0": return false
        default: throw failure(text, "bool")
        }
    }

    static func int(_ text: String) throws(EvaluationError) -> Int64 {
        guard isShort(text), let number = Int64(text) else { throw failure(text, "int") }
        return number
    }

    static func uint(_ text: String) throws(EvaluationError) -> UInt64 {
        guard isShort(text), text.utf8.allSatisfy(isDigit), let number = UInt64(text) else {
            throw failure(text, "uint")
        }
        return number
    }

    static func double(_ text: String) throws(EvaluationError) -> Double {
        guard isShort(text) else { throw failure(text, "double") }
        var digits = Substring(text)
        let isNegative = digits.utf8.first == UInt8(ascii: "-")
        // One byte, where `removeFirst` would take a whole grapheme with its combining marks.
        if isNegative || digits.utf8.first == UInt8(ascii: "+") { digits = Substring(digits.utf8.dropFirst()) }
        switch digits.lowercased() {
        case "nan": return .nan
        case "inf", "infinity": return isNegative ? -.infinity : .infinity
        default: break
        }
        // Swift's reader wants a digit on both sides of the point and knows hexadecimal, which is left out.
        guard let first = digits.utf8.first, isDigit(first) || first == UInt8(ascii: "."),
            digits.utf8.allSatisfy(isOfDecimal)
        else { throw failure(text, "double") }
        guard let number = Double(normalized(digits)) else { throw failure(text, "double") }
        guard number.isFinite else {
            throw EvaluationError(.outOfRange, "\(Value.excerpt(text)) is out of the range of `double`")
        }
        return isNegative ? -number : number
    }

    /// `.5` as `0.5`, `5.` as `5`, `5.e3` as `5e3`; others as they are. A lone point stays unreadable.
    private static func normalized(_ digits: Substring) -> String {
        guard let point = digits.firstIndex(of: ".") else { return String(digits) }
        let whole = digits[..<point]
        let rest = digits[digits.index(after: point)...]
        if let next = rest.utf8.first, isDigit(next) { return "\(whole.isEmpty ? "0" : whole).\(rest)" }
        return "\(whole)\(rest)"
    }

    private static func isShort(_ text: String) -> Bool { text.utf8.count <= lengthLimit }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private static func isOfDecimal(_ byte: UInt8) -> Bool { isDigit(byte) || ".eE+-".utf8.contains(byte) }

    private static func failure(_ text: String, _ type: String) -> EvaluationError {
        EvaluationError(.invalidArgument, "type conversion error: \(Value.excerpt(text)) is no `\(type)`")
    }
}
