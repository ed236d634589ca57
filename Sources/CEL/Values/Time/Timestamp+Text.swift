/// RFC 3339, the text of instants.
extension Timestamp {
    /// Reads an RFC 3339 date and time with upper-case `T` and `Z` or a numeric offset. Digits beyond nanoseconds are
    /// dropped; leap seconds are not known.
    public init(parsing text: String) throws(EvaluationError) {
        var reader = ASCIIReader(text)
        guard let parts = Self.parts(&reader) else {
            throw EvaluationError(
                .invalidArgument, "\(Value.excerpt(text)) is no RFC 3339 timestamp such as `2026-01-31T09:30:00Z`")
        }
        let seconds = parts.date.daysSinceEpoch * 86400 + parts.secondOfDay - parts.offset
        try self.init(seconds: seconds, nanos: parts.nanos)
    }

    private struct Parts {
        let date: CivilDate
        let secondOfDay: Int64
        let nanos: Int32
        let offset: Int64
    }

    private static func parts(_ reader: inout ASCIIReader) -> Parts? {
        // More digits than four are read so that the year 10000 is a matter of range.
        guard let year = reader.number(digits: 4...9), reader.skip("-"), let month = reader.number(digits: 2...2),
            reader.skip("-"), let day = reader.number(digits: 2...2), reader.skip("T"),
            let hour = reader.number(digits: 2...2), hour < 24, reader.skip(":"),
            let minute = reader.number(digits: 2...2), minute < 60, reader.skip(":"),
            let second = reader.number(digits: 2...2), second < 60,
            let nanos = fraction(&reader), let offset = offset(&reader), reader.isAtEnd,
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        return Parts(
            date: date, secondOfDay: hour * 3600 + minute * 60 + second, nanos: Int32(truncatingIfNeeded: nanos),
            offset: offset)
    }

    /// `.` and at least one digit, or nothing; in nanoseconds.
    private static func fraction(_ reader: inout ASCIIReader) -> Int64? {
        guard reader.skip(".") else { return 0 }
        var nanos: Int64 = 0
        var unit = nanosPerSecond
        var hasDigit = false
        while let digit = reader.digit() {
            hasDigit = true
            unit /= 10
            nanos += digit * unit
        }
        return hasDigit ? nanos : nil
    }

    /// `Z` or `±hh:mm`; in seconds.
    private static func offset(_ reader: inout ASCIIReader) -> Int64? {
        if reader.skip("Z") { return 0 }
        let isNegative = reader.skip("-")
        guard isNegative || reader.skip("+"), let hours = reader.number(digits: 2...2), hours < 24, reader.skip(":"),
            let minutes = reader.number(digits: 2...2), minutes < 60
        else { return nil }
        return (hours * 3600 + minutes * 60) * (isNegative ? -1 : 1)
    }

    /// RFC 3339 in UTC, with as many digits of the second as it takes.
    public var text: String {
        let fields = TimestampFields(self, offset: 0)
        let date = fields.date
        func padded(_ number: Int64, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        let day = "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
        let time = "\(padded(fields.hour, 2)):\(padded(fields.minute, 2)):\(padded(fields.second, 2))"
        return "\(day)T\(time)\(Self.fractionText(Int64(nanos)))Z"
    }

    /// `.5` for half a second, nothing for a whole one.
    static func fractionText(_ nanos: Int64) -> String {
        guard nanos != 0 else { return "" }
        // A digit in front keeps the zeros after the point.
        var digits = Array(String(nanosPerSecond + nanos).utf8.dropFirst())
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        return "." + String(decoding: digits, as: UTF8.self)
    }
}
