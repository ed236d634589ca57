/// A lexical element and the place of its first and after its last byte.
struct Token {
    enum Kind: Equatable {
        case end
        case identifier(String)
        /// A name in backticks, as `.` may be followed by.
        case quotedIdentifier(String)
        /// The magnitude of an integer; the sign is the parser's.
        case int(UInt64)
        case uint(UInt64)
        case double(Double)
        case string(String)
        case bytes([UInt8])
        case symbol(Symbol)
    }

    /// Operators and punctuation; `in`, `true`, `false` and `null` come as identifiers.
    enum Symbol: String {
        case leftParenthesis = "("
        case rightParenthesis = ")"
        case leftBracket = "["
        case rightBracket = "]"
        case leftBrace = "{"
        case rightBrace = "}"
        case dot = "."
        case comma = ","
        case colon = ":"
        case question = "?"
        case not = "!"
        case minus = "-"
        case plus = "+"
        case times = "*"
        case divide = "/"
        case modulo = "%"
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case and = "&&"
        case or = "||"
    }

    let kind: Kind
    let start: Int
    let end: Int
}
