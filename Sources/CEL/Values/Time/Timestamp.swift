/// An instant, in nanoseconds, from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// The first and the last second (`google.protobuf.Timestamp`).
    public static let secondsRange: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// Nanoseconds of a second.
    static let nanosPerSecond: Int64 = 1_000_000_000

    /// Seconds since 1970-01-01T00:00:00Z, rounded towards the past.
    public let seconds: Int64
    /// Nanoseconds after `seconds`, 0 to 999,999,999.
    public let nanos: Int32

    /// The instant, or an error when it is out of range.
    public init(seconds: Int64, nanos: Int32 = 0) throws(EvaluationError) {
        guard Self.secondsRange.contains(seconds), nanos >= 0, Int64(nanos) < Self.nanosPerSecond else {
            throw EvaluationError(.outOfRange, "the timestamp is out of the range of years 0001 to 9999")
        }
        self.seconds = seconds
        self.nanos = nanos
    }

    public static func < (a: Timestamp, b: Timestamp) -> Bool {
        a.seconds != b.seconds ? a.seconds < b.seconds : a.nanos < b.nanos
    }

    /// The instant so much later.
    public func adding(_ span: TimeSpan) throws(EvaluationError) -> Timestamp {
        try shifted(seconds: span.seconds, nanos: Int64(span.nanos))
    }

    /// The instant so much earlier.
    public func subtracting(_ span: TimeSpan) throws(EvaluationError) -> Timestamp {
        try shifted(seconds: -span.seconds, nanos: -Int64(span.nanos))
    }

    /// The time passed since another instant, negative when that is later.
    public func since(_ other: Timestamp) throws(EvaluationError) -> TimeSpan {
        try TimeSpan(seconds: seconds - other.seconds, nanos: Int64(nanos) - Int64(other.nanos))
    }

    /// INVARIANT: no overflow; a span is at most 292 years.
    private func shifted(seconds: Int64, nanos: Int64) throws(EvaluationError) -> Timestamp {
        var seconds = self.seconds + seconds
        var nanos = Int64(self.nanos) + nanos
        if nanos < 0 {
            nanos += Self.nanosPerSecond
            seconds -= 1
        } else if nanos >= Self.nanosPerSecond {
            nanos -= Self.nanosPerSecond
            seconds += 1
        }
        return try Timestamp(seconds: seconds, nanos: Int32(truncatingIfNeeded: nanos))
    }
}
