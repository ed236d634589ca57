import CEL
import WireFormat

extension Value {
    /// A timestamp; nil outside the years 0001 to 9999.
    init?(instant: Instant) {
        let seconds = instant.seconds
        let nanos = (instant.microseconds - seconds * 1_000_000) * 1000
        guard let timestamp = try? Timestamp(seconds: seconds, nanos: Int32(nanos)) else { return nil }
        self = .timestamp(timestamp)
    }
}

extension AttributeType {
    private static let secondsPerDay: Int64 = 86_400

    /// The type in conditions.
    var cel: CELType {
        switch self {
        case .string, .uuid, .employee, .member, .enumeration: .string
        case .integer: .int
        case .boolean: .bool
        case .day, .instant: .timestamp
        }
    }

    /// A stated value as conditions see it; nil when it is not of the type. A day is its beginning in UTC.
    func value(of stated: JSONValue) -> Value? {
        switch (self, stated) {
        case (.string, .string(let text)), (.uuid, .string(let text)), (.employee, .string(let text)),
            (.member, .string(let text)), (.enumeration, .string(let text)):
            .string(text)
        case (.integer, .integer(let number)): .int(number)
        case (.boolean, .bool(let truth)): .bool(truth)
        case (.day, .string(let text)):
            Day(text).flatMap { Value(instant: Instant(seconds: Int64($0.daysSinceEpoch) * Self.secondsPerDay)) }
        case (.instant, .string(let text)): Instant(rfc3339: text).flatMap(Value.init(instant:))
        default: nil
        }
    }

    /// A value of a condition as services state it; nil when no stated value equals it.
    func stated(_ value: Value) -> JSONValue? {
        switch (self, value) {
        case (.string, .string(let text)), (.uuid, .string(let text)), (.employee, .string(let text)),
            (.member, .string(let text)), (.enumeration, .string(let text)):
            return .string(text)
        case (.integer, .int(let number)): return .integer(number)
        case (.boolean, .bool(let truth)): return .bool(truth)
        case (.day, .timestamp(let time)):
            let day = Day(Instant(seconds: time.seconds))
            return Self.isMidnight(time, of: day) ? .string(day.text) : nil
        case (.instant, .timestamp(let time)):
            guard time.nanos % 1000 == 0 else { return nil }
            return .string(Instant(microseconds: time.seconds * 1_000_000 + Int64(time.nanos) / 1000).rfc3339)
        default: return nil
        }
    }

    static func isMidnight(_ time: Timestamp, of day: Day) -> Bool {
        time.nanos == 0 && time.seconds == Int64(day.daysSinceEpoch) * secondsPerDay
    }

    /// Any value of the type.
    var example: JSONValue {
        switch self {
        case .integer: 0
        case .boolean: true
        case .day: "2000-01-01"
        case .instant: "2000-01-01T00:00:00.000000Z"
        case .uuid, .employee, .member: "00000000-0000-7000-8000-000000000000"
        case .string: ""
        case .enumeration(let values): .string(values.first ?? "")
        }
    }
}
