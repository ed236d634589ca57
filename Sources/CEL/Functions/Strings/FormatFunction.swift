/// `'%d of %s'.format([3, 'x'])` (cel-spec, "Strings"): `%`, an optional precision `.N` and one of the verbs
/// `s d f e b o x X`; `%%` is a percent sign.
enum FormatFunction {
    static let all: [FunctionDeclaration] = [
        .binary("format", [.member(.string, .list(.dyn), returns: .string)]) { (a, b, budget) throws(EvaluationError) in
            guard case .string(let pattern) = a, case .list(let arguments) = b else { return nil }
            return .string(try format(pattern, arguments, &budget))
        }
    ]

    /// Most digits after the point: no double has more that are not zero.
    private static let precisionLimit: Int64 = 1074
    /// Digits after the point where the clause says nothing.
    private static let standardPrecision: Int64 = 6

    private static func format(
        _ pattern: String, _ arguments: [Value], _ budget: inout Budget
    ) throws(EvaluationError) -> String {
        try budget.spend(bytes: pattern.utf8.count)
        var result = ""
        var rest = Substring(pattern).utf8
        var next = 0
        while let percent = rest.firstIndex(of: UInt8(ascii: "%")) {
            result += String(Substring(rest[..<percent]))
            rest = rest[rest.index(after: percent)...]
            if rest.first == UInt8(ascii: "%") {
                rest.removeFirst()
                result += "%"
                continue
            }
            let precision = try precision(&rest)
            guard let verb = rest.popFirst() else {
                throw failure("could not parse formatting clause: it ends after `%`; write `%%` for a percent sign")
            }
            guard next < arguments.count else {
                throw failure("could not parse formatting clause: index \(next) out of range of the arguments")
            }
            let text = try clause(verb, precision, arguments[next], &budget)
            next += 1
            try budget.spend(1 + text.utf8.count / Budget.bytesPerStep)
            result += text
        }
        return result + String(Substring(rest))
    }

    /// `.` and digits, if they stand here.
    private static func precision(_ rest: inout Substring.UTF8View) throws(EvaluationError) -> Int64 {
        guard rest.first == UInt8(ascii: ".") else { return standardPrecision }
        rest.removeFirst()
        var precision: Int64 = 0
        var hasDigit = false
        while let byte = rest.first, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            rest.removeFirst()
            hasDigit = true
            precision = precision * 10 + Int64(byte - UInt8(ascii: "0"))
            guard precision <= precisionLimit else {
                throw failure("could not parse formatting clause: the precision is more than \(precisionLimit)")
            }
        }
        guard hasDigit else { throw failure("could not parse formatting clause: no digits after `.`") }
        return precision
    }

    private static func clause(
        _ verb: UInt8, _ precision: Int64, _ argument: Value, _ budget: inout Budget
    ) throws(EvaluationError) -> String {
        switch verb {
        case UInt8(ascii: "s"): return try FormatText.text(of: argument, &budget)
        case UInt8(ascii: "d"):
            switch argument {
            case .int(let number): return String(number)
            case .uint(let number): return String(number)
            case .double(let number): return DecimalText(number).plain
            default: throw unsuitable("decimal clause can only be used on numbers", argument)
            }
        case UInt8(ascii: "f"):
            guard let number = double(argument) else {
                throw unsuitable("fixed-point clause can only be used on numbers", argument)
            }
            return RoundedDecimal.fixed(number, digits: precision)
        case UInt8(ascii: "e"):
            guard let number = double(argument) else {
                throw unsuitable("scientific clause can only be used on numbers", argument)
            }
            return RoundedDecimal.scientific(number, digits: precision)
        case UInt8(ascii: "b"):
            if case .bool(let bool) = argument { return bool ? "1" : "0" }
            guard let text = integer(argument, radix: 2) else {
                throw unsuitable("only integers and bools can be formatted as binary", argument)
            }
            return text
        case UInt8(ascii: "o"):
            guard let text = integer(argument, radix: 8) else {
                throw unsuitable("octal clause can only be used on integers", argument)
            }
            return text
        case UInt8(ascii: "x"), UInt8(ascii: "X"):
            return try hexadecimal(argument, isUpper: verb == UInt8(ascii: "X"), &budget)
        default:
            throw failure(
                "could not parse formatting clause: unrecognized formatting clause `\(shown(verb))`")
        }
    }

    private static func hexadecimal(
        _ argument: Value, isUpper: Bool, _ budget: inout Budget
    ) throws(EvaluationError) -> String {
        let bytes: [UInt8]
        switch argument {
        case .string(let text): bytes = Array(text.utf8)
        case .bytes(let content): bytes = content
        default:
            guard let text = integer(argument, radix: 16, isUpper: isUpper) else {
                throw unsuitable("only integers, byte buffers, and strings can be formatted as hex", argument)
            }
            return text
        }
        try budget.spend(bytes: 2 * bytes.count)
        let digits = Array((isUpper ? "0123456789ABCDEF" : "0123456789abcdef").utf8)
        let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }

    private static func integer(_ argument: Value, radix: Int, isUpper: Bool = false) -> String? {
        switch argument {
        case .int(let number): String(number, radix: radix, uppercase: isUpper)
        case .uint(let number): String(number, radix: radix, uppercase: isUpper)
        default: nil
        }
    }

    private static func double(_ argument: Value) -> Double? {
        switch argument {
        case .double(let number): number
        case .int(let number): Double(number)
        case .uint(let number): Double(number)
        default: nil
        }
    }

    private static func shown(_ byte: UInt8) -> String {
        byte >= 0x20 && byte < 0x7F ? String(Unicode.Scalar(byte)) : "\\x" + String(byte, radix: 16)
    }

    private static func unsuitable(_ cause: String, _ argument: Value) -> EvaluationError {
        failure("error during formatting: \(cause), was given `\(argument.typeValue)`")
    }

    private static func failure(_ cause: String) -> EvaluationError { EvaluationError(.invalidArgument, cause) }
}
