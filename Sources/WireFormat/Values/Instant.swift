#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A point in time: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted. On the wire RFC 3339 in UTC with
/// six decimals, which is what PostgreSQL's `timestamptz` holds.
public struct Instant: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Microseconds since the epoch; negative before it.
    public var microseconds: Int64

    /// The instant `microseconds` after the epoch.
    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// The instant `seconds` after the epoch.
    public init(seconds: Int64) { self.microseconds = seconds * 1_000_000 }

    /// The machine's clock. The pure cores never call it: they are given the instant.
    public static func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    /// Whole seconds since the epoch, rounded down: a JWT's `NumericDate` (RFC 7519 §2).
    public var seconds: Int64 {
        microseconds >= 0 ? microseconds / 1_000_000 : (microseconds - 999_999) / 1_000_000
    }

    /// This instant moved by `duration`, which is cut to whole microseconds.
    public func adding(_ duration: Duration) -> Instant {
        let (seconds, attoseconds) = duration.components
        return Instant(microseconds: microseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    }

    /// How long after `earlier` this is; negative when it is before.
    public func since(_ earlier: Instant) -> Duration { .microseconds(microseconds - earlier.microseconds) }

    /// How long after `right` the instant `left` is.
    public static func - (left: Instant, right: Instant) -> Duration { left.since(right) }
    public static func < (left: Instant, right: Instant) -> Bool { left.microseconds < right.microseconds }

    /// `2026-11-21T01:02:03.000004Z`.
    public var rfc3339: String {
        let day = Day(self)
        let inDay = microseconds - Int64(day.daysSinceEpoch) * Self.microsecondsPerDay
        let seconds = inDay / 1_000_000
        return day.text + "T" + DecimalText.padded(seconds / 3600, 2) + ":" + DecimalText.padded(seconds / 60 % 60, 2)
            + ":" + DecimalText.padded(seconds % 60, 2) + "." + DecimalText.padded(inDay % 1_000_000, 6) + "Z"
    }

    public var description: String { rfc3339 }

    static let microsecondsPerDay: Int64 = 86_400_000_000

    /// Reads RFC 3339 with `Z` or a numeric offset and up to six decimals; nil for anything else, leap seconds
    /// included (PostgreSQL cannot hold them).
    public init?(rfc3339 text: String) {
        var text = text
        guard let instant = text.withUTF8({ Instant(rfc3339: $0) }) else { return nil }
        self = instant
    }

    /// Reads the text's bytes.
    init?(rfc3339 bytes: UnsafeBufferPointer<UInt8>) {
        var reader = DecimalText(bytes)
        guard let date = reader.day(), reader.take("T") || reader.take("t"),
            let hour = reader.digits(2), hour < 24, reader.take(":"),
            let minute = reader.digits(2), minute < 60, reader.take(":"),
            let second = reader.digits(2), second < 60
        else { return nil }
        var fraction = 0
        if reader.take(".") {
            guard let digits = reader.fraction(upTo: 6) else { return nil }
            fraction = digits
        }
        var offset = 0
        if !(reader.take("Z") || reader.take("z")) {
            let isWest = reader.take("-")
            guard isWest || reader.take("+"), let hours = reader.digits(2), hours < 24, reader.take(":"),
                let minutes = reader.digits(2), minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * (isWest ? -1 : 1)
        }
        guard reader.isAtEnd else { return nil }
        let seconds = hour * 3600 + (minute - offset) * 60 + second
        microseconds =
            Int64(date.daysSinceEpoch) * Self.microsecondsPerDay + Int64(seconds) * 1_000_000 + Int64(fraction)
    }
}
