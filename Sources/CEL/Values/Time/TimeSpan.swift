/// A duration: a count of nanoseconds in 64 bits, so about 292 years either way. The conformance suite fixes that range
/// (`timestamp('0001-01-01T00:00:00Z') - timestamp('9999-12-31T23:59:59Z')` must be out of range).
public struct TimeSpan: Sendable, Hashable, Comparable {
    /// The whole of it.
    public let nanoseconds: Int64

    /// A span of so many nanoseconds.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// The sum of both, which may have different signs; an error when it is out of range.
    public init(seconds: Int64, nanos: Int64 = 0) throws(EvaluationError) {
        let (whole, isTooLong) = seconds.multipliedReportingOverflow(by: Timestamp.nanosPerSecond)
        let (sum, overflow) = whole.addingReportingOverflow(nanos)
        if isTooLong || overflow { throw Self.outOfRange }
        nanoseconds = sum
    }

    /// Whole seconds, rounded towards zero.
    public var seconds: Int64 { nanoseconds / Timestamp.nanosPerSecond }

    /// Nanoseconds beyond `seconds`, of the same sign.
    public var nanos: Int32 { Int32(truncatingIfNeeded: nanoseconds % Timestamp.nanosPerSecond) }

    public static func < (a: TimeSpan, b: TimeSpan) -> Bool { a.nanoseconds < b.nanoseconds }

    static let outOfRange = EvaluationError(.outOfRange, "the duration is out of the range of 292 years")

    func adding(_ other: TimeSpan) throws(EvaluationError) -> TimeSpan {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(other.nanoseconds)
        if overflow { throw Self.outOfRange }
        return TimeSpan(nanoseconds: sum)
    }

    func subtracting(_ other: TimeSpan) throws(EvaluationError) -> TimeSpan {
        let (difference, overflow) = nanoseconds.subtractingReportingOverflow(other.nanoseconds)
        if overflow { throw Self.outOfRange }
        return TimeSpan(nanoseconds: difference)
    }
}
