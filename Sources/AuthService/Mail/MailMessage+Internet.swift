import Foundation
import ServiceKit
import WireFormat

extension MailMessage {
    /// The message as a server takes it (RFC 5322, RFC 2045), lines ended by CRLF.
    func internetMessage(from: EmailAddress, id: UUIDv7, at now: Instant) -> [UInt8] {
        let domain = from.reveal().split(separator: "@").last ?? "localhost"
        let isPlain = body.utf8.allSatisfy { $0 < 0x80 } && body.split(separator: "\n").allSatisfy { $0.count < 998 }
        let headers = [
            "From: Bailiwick <\(from.reveal())>", "To: <\(to.reveal())>", "Subject: \(subject)",
            "Date: \(HTTPDate.format(now, zone: "+0000"))", "Message-ID: <\(id.text)@\(domain)>", "MIME-Version: 1.0",
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
