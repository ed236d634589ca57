import MarkedYAML

/// A token of a condition.
struct ConditionToken {
    enum Kind: Equatable {
        case name(String)
        case string(String)
        case integer(Int64)
        /// An operator or a bracket.
        case symbol(String)
        case end
    }

    let kind: Kind
    let mark: Mark
    /// As it was written, for messages.
    let text: String
}

/// Splits a condition into tokens.
struct ConditionLexer {
    /// The longest condition in bytes: a longer one is a mistake, and belongs into several rules.
    static let longest = 4096

    private static let symbols = ["&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ",", "."]

    static func tokens(_ source: ConditionSource, _ log: inout Diagnostics) -> [ConditionToken]? {
        guard source.text.utf8.count <= longest else {
            log.add(source.mark, "condition is longer than \(longest) bytes", remedy: "split it into several rules")
            return nil
        }
        let scalars = Array(source.text.unicodeScalars)
        var tokens: [ConditionToken] = []
        var index = 0
        func mark(_ offset: Int) -> Mark { source.isExact ? source.mark.advanced(by: offset) : source.mark }
        func text(_ range: Range<Int>) -> String { String(String.UnicodeScalarView(scalars[range])) }
        while index < scalars.count {
            let scalar = scalars[index]
            let start = index
            if scalar == " " || scalar == "\n" || scalar == "\t" {
                index += 1
            } else if isNameStart(scalar) {
                while index < scalars.count, isNameStart(scalars[index]) || isDigit(scalars[index]) { index += 1 }
                tokens.append(
                    ConditionToken(kind: .name(text(start..<index)), mark: mark(start), text: text(start..<index)))
            } else if isDigit(scalar) || (scalar == "-" && index + 1 < scalars.count && isDigit(scalars[index + 1])) {
                index += 1
                while index < scalars.count, isDigit(scalars[index]) { index += 1 }
                guard let number = Int64(text(start..<index)) else {
                    log.add(mark(start), "number `\(text(start..<index))` is out of range", remedy: "use 64 bits")
                    return nil
                }
                tokens.append(ConditionToken(kind: .integer(number), mark: mark(start), text: text(start..<index)))
            } else if scalar == "\"" || scalar == "'" {
                index += 1
                while index < scalars.count, scalars[index] != scalar {
                    if scalars[index] == "\\" {
                        log.add(mark(index), "escape in a string", remedy: "write the character itself")
                        return nil
                    }
                    index += 1
                }
                guard index < scalars.count else {
                    log.add(mark(start), "string `\(text(start..<index))` has no end", remedy: "close the quote")
                    return nil
                }
                let content = text(start + 1..<index)
                index += 1
                tokens.append(ConditionToken(kind: .string(content), mark: mark(start), text: text(start..<index)))
            } else if let symbol = symbols.first(where: { matches($0, scalars, at: index) }) {
                index += symbol.unicodeScalars.count
                tokens.append(ConditionToken(kind: .symbol(symbol), mark: mark(start), text: symbol))
            } else {
                log.add(
                    mark(start), "unexpected `\(text(start..<start + 1))`",
                    remedy: "write comparisons such as `resource.country == \"DE\"` joined by `&&` and `||`")
                return nil
            }
        }
        tokens.append(ConditionToken(kind: .end, mark: mark(scalars.count), text: "end of condition"))
        return tokens
    }

    private static func matches(_ symbol: String, _ scalars: [Unicode.Scalar], at index: Int) -> Bool {
        scalars[index...].starts(with: symbol.unicodeScalars)
    }

    private static func isNameStart(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
}
