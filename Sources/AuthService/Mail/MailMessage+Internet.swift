import Foundation
import WireFormat

extension MailMessage {
    /// The message as a server takes it (RFC 5322, RFC 2045), lines ended by CRLF.
    func internetMessage(from: EmailAddress, id: UUIDv7, at now: Instant) -> [UInt8] {
        let domain = from.reveal().split(separator: "@").last ?? "localhost"
        let isPlain = body.utf8.allSatisfy { $0 < 0x80 } && body.split(separator: "\n").allSatisfy { $0.count < 998 }
        let headers = [
            "From: Bailiwick <\(from.reveal())>", "To: <\(to.reveal())>", "Subject: \(subject)",
            "Date: \(MailDate.format(now))", "Message-ID: <\(id.text)@\(domain)>", "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: \(isPlain ? "7bit" : "base64")",
            // RFC 3834 §5: nobody's holiday notice answers it.
            "Auto-Submitted: auto-generated",
        ]
        let lines = isPlain ? body.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) : encoded
        return Array((headers + [""] + lines + [""]).joined(separator: "\r\n").utf8)
    }

    /// Base64 in lines of 76 characters (RFC 2045 §6.8).
    private var encoded: [String] {
        Data(body.replacing("\n", with: "\r\n").utf8)
            .base64EncodedString(options: [.lineLength76Characters, .endLineWithLineFeed])
            .split(separator: "\n").map(String.init)
    }
}

/// The `Date` of a mail (RFC 5322 §3.3), in UTC.
enum MailDate {
    /// Such as `Sun, 06 Nov 1994 08:49:37 +0000`.
    static func format(_ instant: Instant) -> String {
        let day = Day(instant)
        let (year, month, number) = day.parts
        // 1970-01-01 was a Thursday.
        let weekday = weekdays[(day.daysSinceEpoch % 7 + 11) % 7]
        let second = instant.seconds - day.start.seconds
        let clock = [second / 3600, second / 60 % 60, second % 60].map { two(Int($0)) }.joined(separator: ":")
        return "\(weekday), \(two(number)) \(months[month - 1]) \(year) \(clock) +0000"
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}
