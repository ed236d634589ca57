/// An amount of money as an integer of minor units; never a binary floating-point number.
///
/// On the wire `{"amount":"1234.50","currency":"EUR"}`, in the database `numeric(19,4)`.
public struct Money: Hashable, Sendable {
    /// The amount in the currency's minor unit: 123450 for 1234.50 EUR.
    public let minorUnits: Int64
    /// The currency, which says how many digits the minor unit has.
    public let currency: Currency

    /// Digits before the point in `numeric(19,4)`.
    static let integerDigitLimit = 15
    /// Digits after the point in `numeric(19,4)`.
    static let fractionDigitLimit = 4

    /// An amount already in minor units.
    public init(minorUnits: Int64, currency: Currency) {
        self.minorUnits = minorUnits
        self.currency = currency
    }

    /// Reads a decimal such as `1234.50`: no exponent, no leading `+`, no leading zeros, at most 15 digits before
    /// the point, and after it at most the digits of the currency's minor unit.
    public init(amount: String, currency: Currency) throws(MoneyError) {
        self.minorUnits = try Money.scaled(amount, fractionDigits: currency.minorDigits)
        self.currency = currency
    }

    /// Reads PostgreSQL's text of a `numeric(19,4)`; digits beyond the minor unit must be zero.
    public init(numeric: String, currency: Currency) throws(MoneyError) {
        let excess = Money.fractionDigitLimit - currency.minorDigits
        var text = numeric[...]
        if let point = numeric.firstIndex(of: "."), numeric.distance(from: point, to: numeric.endIndex) == 5 {
            guard text.suffix(excess).allSatisfy({ $0 == "0" }) else { throw .tooPrecise(digits: currency.minorDigits) }
            text = text.dropLast(excess)
            if text.last == "." { text = text.dropLast() }
        }
        self.minorUnits = try Money.scaled(String(text), fractionDigits: currency.minorDigits)
        self.currency = currency
    }

    /// The amount with exactly the minor unit's digits: `1234.50` for EUR, `1234` for JPY.
    public var amount: String { Money.text(minorUnits, fractionDigits: currency.minorDigits, padTo: 0) }

    /// The amount as text for a `numeric(19,4)` column: always four digits after the point.
    public var numeric: String {
        Money.text(minorUnits, fractionDigits: currency.minorDigits, padTo: Money.fractionDigitLimit)
    }

    private static func scaled(_ text: String, fractionDigits: Int) throws(MoneyError) -> Int64 {
        var digits = Array(text.utf8)[...]
        let negative = digits.first == UInt8(ascii: "-")
        if negative { digits = digits.dropFirst() }
        let parts = digits.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let whole = parts.first ?? []
        let fraction = parts.count == 2 ? parts[1] : []
        let isDigit: (UInt8) -> Bool = { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        guard !whole.isEmpty, whole.allSatisfy(isDigit), fraction.allSatisfy(isDigit),
            parts.count == 1 || !fraction.isEmpty, whole.count == 1 || whole.first != UInt8(ascii: "0")
        else { throw .malformed }
        guard whole.count <= integerDigitLimit else { throw .tooLarge }
        guard fraction.count <= fractionDigits else { throw .tooPrecise(digits: fractionDigits) }
        var value: Int64 = 0
        let padding = repeatElement(UInt8(ascii: "0"), count: fractionDigits - fraction.count)
        for digit in Array(whole) + fraction + padding {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
            guard !overflow, !carry else { throw .tooLarge }
            value = sum
        }
        return negative ? -value : value
    }

    private static func text(_ units: Int64, fractionDigits: Int, padTo: Int) -> String {
        var digits = String(units.magnitude)
        if digits.count <= fractionDigits {
            digits = String(repeating: "0", count: fractionDigits + 1 - digits.count) + digits
        }
        var fraction = String(digits.suffix(fractionDigits))
        if fraction.count < padTo { fraction += String(repeating: "0", count: padTo - fraction.count) }
        let whole = digits.dropLast(fractionDigits)
        return (units < 0 ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction)
    }
}

/// Why a text is not an amount of money.
public enum MoneyError: Error, Hashable, Sendable {
    /// Not a plain decimal number.
    case malformed
    /// More digits after the point than the currency has.
    case tooPrecise(digits: Int)
    /// More than 15 digits before the point.
    case tooLarge

    /// The reason in words for a problem or an import report.
    public var reason: String {
        switch self {
        case .malformed: "must be a decimal number such as 1234.50"
        case .tooPrecise(let digits): "has more than \(digits) digits after the point"
        case .tooLarge: "has more than 15 digits before the point"
        }
    }
}
