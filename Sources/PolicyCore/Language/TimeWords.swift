import MarkedYAML
import WireFormat

/// Reads the times and durations of policy files.
enum TimeWords {
    private static let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    /// Ten years: longer than any of them is meant to be.
    private static let longest: Int64 = 10 * 366 * 86_400

    /// `15m`: a positive number and a unit.
    static func duration(_ text: String) -> Duration? {
        guard let last = text.last, let unit = units[last], let number = Int64(text.dropLast()), number > 0,
            number <= longest / unit
        else { return nil }
        return .seconds(number * unit)
    }

    /// A day, meaning its beginning in UTC, or an instant of RFC 3339.
    static func instant(_ text: String) -> Instant? {
        if let day = Day(text) { return Instant(seconds: Int64(day.daysSinceEpoch) * 86_400) }
        return Instant(rfc3339: text)
    }
}

extension MappingReader {
    /// The duration under a key.
    func duration(_ key: String, _ log: inout Diagnostics) -> Duration? {
        guard let word = text(key, &log) else { return nil }
        guard let duration = TimeWords.duration(word.text) else {
            log.add(
                word.mark, "`\(word.text)` is not a duration",
                remedy: "write a number and `s`, `m`, `h` or `d`, such as `15m`")
            return nil
        }
        return duration
    }

    /// The instant under a key.
    func instant(_ key: String, _ log: inout Diagnostics) -> Instant? {
        guard let word = text(key, &log) else { return nil }
        guard let instant = TimeWords.instant(word.text) else {
            log.add(
                word.mark, "`\(word.text)` is not a day or an instant",
                remedy: "write `2026-01-31`, or `2026-01-31T08:00:00Z`")
            return nil
        }
        return instant
    }

    /// What `from` and `until` say.
    func validity(_ log: inout Diagnostics) -> Validity? {
        let (from, until) = (instant("from", &log), instant("until", &log))
        guard from != nil || until != nil else { return nil }
        if let from, let until, from >= until {
            log.add(self["until"]?.mark ?? node.mark, "`until` is not after `from`", remedy: "give it a later time")
        }
        return Validity(from: from, until: until)
    }
}
