import Synchronization
package import WireFormat

/// The `Date` header (RFC 9110 §6.6.1), made once a second.
package final class HTTPDate: Sendable {
    private let cached = Mutex<(second: Int64, text: String)>((0, ""))

    static let shared = HTTPDate()

    func text(at now: Instant) -> String {
        let second = now.seconds
        return cached.withLock { cached in
            if cached.second != second { cached = (second, Self.format(now)) }
            return cached.text
        }
    }

    /// An IMF-fixdate, such as `Sun, 06 Nov 1994 08:49:37 GMT`; a mail names the zone `+0000` (RFC 5322 §3.3).
    package static func format(_ instant: Instant, zone: String = "GMT") -> String {
        let day = Day(instant)
        let (year, month, number) = day.parts
        // 1970-01-01 was a Thursday.
        let weekday = weekdays[(day.daysSinceEpoch % 7 + 11) % 7]
        let second = instant.seconds - day.start.seconds
        let clock = [second / 3600, second / 60 % 60, second % 60].map { two(Int($0)) }.joined(separator: ":")
        return "\(weekday), \(two(number)) \(months[month - 1]) \(year) \(clock) \(zone)"
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func two(_ number: Int) -> String {
        number < 10 ? "0\(number)" : String(number)
    }
}
