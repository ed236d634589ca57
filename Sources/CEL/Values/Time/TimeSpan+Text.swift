/// The texts of durations.
extension TimeSpan {
    /// Nanoseconds of each unit, longer names before those that begin them.
    private static let units: [(name: StaticString, nanoseconds: Int64)] = [
        ("ns", 1), ("us", 1000), ("\u{B5}s", 1000), ("\u{3BC}s", 1000), ("ms", 1_000_000), ("s", 1_000_000_000),
        ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ]

    /// Reads a sign and one or more decimal numbers, each with its unit: `1h30m`, `-1.5s`, `300ms`; or `0`.
    public init(parsing text: String) throws(EvaluationError) {
        var reader = ASCIIReader(text)
        let isNegative = reader.skip("-")
        if !isNegative { _ = reader.skip("+") }
        if reader.skip("0"), reader.isAtEnd {
            self.init(nanoseconds: 0)
            return
        }
        reader = ASCIIReader(text)
        if !reader.skip("-") { _ = reader.skip("+") }
        var total: UInt64 = 0
        repeat {
            guard let part = try Self.part(&reader) else {
                throw EvaluationError(
                    .invalidArgument,
                    "\(Value.excerpt(text)) is no duration such as `1h30m` (units `h`, `m`, `s`, `ms`, `us`, `ns`)"
                )
            }
            let (sum, overflow) = total.addingReportingOverflow(part)
            if overflow { throw Self.outOfRange }
            total = sum
        } while !reader.isAtEnd
        guard let nanoseconds = isNegative ? Int64(exactly: -Int128(total)) : Int64(exactly: total) else {
            throw Self.outOfRange
        }
        self.init(nanoseconds: nanoseconds)
    }

    /// One number with its unit, in nanoseconds; what is finer is dropped. Nil when there is none.
    private static func part(_ reader: inout ASCIIReader) throws(EvaluationError) -> UInt64? {
        var whole: UInt64 = 0
        var hasDigit = false
        while let digit = reader.digit() {
            hasDigit = true
            let (tens, isTooLong) = whole.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = tens.addingReportingOverflow(UInt64(digit))
            if isTooLong || overflow { throw outOfRange }
            whole = sum
        }
        // Fifteen digits of an hour are finer than a nanosecond.
        var fraction: Int64 = 0
        var scale: Int64 = 1
        if reader.skip(".") {
            while let digit = reader.digit() {
                hasDigit = true
                guard scale < 1_000_000_000_000_000 else { continue }
                fraction = fraction * 10 + digit
                scale *= 10
            }
        }
        guard hasDigit, let unit = units.first(where: { reader.skip($0.name) }) else { return nil }
        let (product, isTooLong) = whole.multipliedReportingOverflow(by: UInt64(unit.nanoseconds))
        let finer = UInt64(truncatingIfNeeded: Int128(fraction) * Int128(unit.nanoseconds) / Int128(scale))
        let (sum, overflow) = product.addingReportingOverflow(finer)
        if isTooLong || overflow { throw outOfRange }
        return sum
    }

    /// Decimal seconds, as `3600s` or `-0.5s`.
    public var text: String {
        let whole = nanoseconds.magnitude / 1_000_000_000
        let fraction = Int64(truncatingIfNeeded: nanoseconds.magnitude % 1_000_000_000)
        return "\(nanoseconds < 0 ? "-" : "")\(whole)\(Timestamp.fractionText(fraction))s"
    }
}
