/// A calendar day of the proleptic Gregorian calendar, years 0001 to 9999; on the wire `YYYY-MM-DD`.
public struct Day: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Days since 1970-01-01.
    public let daysSinceEpoch: Int

    /// The first and the last day that four digits of a year can name.
    private static let range = -719_162...2_932_896

    /// The day so many days after 1970-01-01; nil outside years 0001 to 9999.
    public init?(daysSinceEpoch: Int) {
        guard Self.range.contains(daysSinceEpoch) else { return nil }
        self.daysSinceEpoch = daysSinceEpoch
    }

    /// The day of `instant` in UTC, held within years 0001 to 9999.
    public init(_ instant: Instant) {
        let micros = instant.microseconds
        let perDay = Instant.microsecondsPerDay
        let days = Int(micros >= 0 ? micros / perDay : (micros - perDay + 1) / perDay)
        daysSinceEpoch = min(max(days, Self.range.lowerBound), Self.range.upperBound)
    }

    /// A day by its parts; nil when the calendar has no such day.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.length(ofMonth: month, year: year)
        else { return nil }
        // Days from civil: years begin in March, so that the leap day is the last of its year.
        let marchYear = month <= 2 ? year - 1 : year
        let era = marchYear / 400
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        daysSinceEpoch = era * 146_097 + dayOfEra - 719_468
    }

    /// Reads exactly `YYYY-MM-DD`; nil for anything else.
    public init?(_ text: String) {
        var text = text
        let day = text.withUTF8 { bytes in
            var reader = DecimalText(bytes)
            return reader.day().flatMap { reader.isAtEnd ? $0 : nil }
        }
        guard let day else { return nil }
        self = day
    }

    /// Year, month and day of the month.
    public var parts: (year: Int, month: Int, day: Int) {
        let shifted = daysSinceEpoch + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
    }

    /// `YYYY-MM-DD`.
    public var text: String {
        let (year, month, day) = parts
        return DecimalText.padded(Int64(year), 4) + "-" + DecimalText.padded(Int64(month), 2) + "-"
            + DecimalText.padded(Int64(day), 2)
    }

    public var description: String { text }

    /// Midnight UTC at which this day begins.
    public var start: Instant { Instant(microseconds: Int64(daysSinceEpoch) * Instant.microsecondsPerDay) }

    public static func < (left: Day, right: Day) -> Bool { left.daysSinceEpoch < right.daysSinceEpoch }

    private static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
