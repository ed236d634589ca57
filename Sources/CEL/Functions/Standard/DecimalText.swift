/// A double in the fewest decimal digits that read back as the same double, in the two ways the language writes them.
struct DecimalText {
    /// `NaN`, `Infinity` or `-Infinity`.
    private var special: String?
    private var isNegative = false
    /// Significant digits, without zeros at either end; `0` for zero.
    private var digits: [UInt8] = []
    /// Where the decimal point stands, counted from the first digit.
    private var point = 0

    init(_ number: Double) {
        guard number.isFinite else {
            special = number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity"
            return
        }
        isNegative = number.sign == .minus
        // Swift's description has the fewest digits: `123.25`, `0.001`, `1e-05`, `1.5e+16`.
        let text = number.magnitude.description.utf8
        let mantissa = text.prefix { $0 != UInt8(ascii: "e") }
        let exponent = Int(String(Substring(text.dropFirst(mantissa.count + 1)))) ?? 0
        let whole = mantissa.prefix { $0 != UInt8(ascii: ".") }
        digits = Array(whole) + Array(mantissa.dropFirst(whole.count + 1))
        point = whole.count + exponent
        while digits.count > 1, digits.first == UInt8(ascii: "0") {
            digits.removeFirst()
            point -= 1
        }
        while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
        if digits == [UInt8(ascii: "0")] { point = 1 }
    }

    /// Without an exponent; no point when nothing follows it.
    var plain: String {
        if let special { return special }
        var text = isNegative ? "-" : ""
        if point <= 0 {
            text += "0." + String(repeating: "0", count: -point) + decoded(digits[...])
        } else if point >= digits.count {
            text += decoded(digits[...]) + String(repeating: "0", count: point - digits.count)
        } else {
            text += decoded(digits[..<point]) + "." + decoded(digits[point...])
        }
        return text
    }

    /// With an exponent of two digits or more for numbers below 0.0001 and from 1,000,000, as the reference
    /// implementation's `string(double)` writes them.
    var general: String {
        if let special { return special }
        let exponent = point - 1
        guard exponent < -4 || exponent >= 6 else { return plain }
        let mantissa = decoded(digits[..<1]) + (digits.count > 1 ? "." + decoded(digits[1...]) : "")
        let magnitude = String(exponent.magnitude)
        let padding = magnitude.utf8.count < 2 ? "0" : ""
        return "\(isNegative ? "-" : "")\(mantissa)e\(exponent < 0 ? "-" : "+")\(padding)\(magnitude)"
    }

    private func decoded(_ digits: ArraySlice<UInt8>) -> String { String(decoding: digits, as: UTF8.self) }
}
