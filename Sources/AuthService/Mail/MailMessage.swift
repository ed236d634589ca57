import WireFormat

/// A mail of ours: to one address, plain text. Nothing in it can become a header or a second mail.
struct MailMessage: Sendable, Hashable {
    /// What stands in no header, since it would end it or hide something (RFC 5322 §2.2).
    struct Refused: Error, Sendable, Hashable, CustomStringConvertible {
        let description: String
    }

    /// RFC 5322 §2.1.1: a line has at most 998 characters, and a reader sees one of 78 whole.
    static let longestSubject = 78
    /// Our texts are a few hundred characters; this bounds the queue.
    static let longestBody = 16 << 10

    let to: EmailAddress
    let subject: String
    let body: String

    /// Takes texts that can stand where they are put, or refuses.
    init(to: EmailAddress, subject: String, body: String) throws(Refused) {
        guard Self.isHeaderText(to.reveal()) else {
            throw Refused(description: "the address holds a control character")
        }
        guard subject.utf8.allSatisfy({ (0x20...0x7e).contains($0) }), (1...Self.longestSubject).contains(subject.count)
        else {
            throw Refused(description: "the subject is not one line of 1 to \(Self.longestSubject) ASCII characters")
        }
        guard body.utf8.count <= Self.longestBody, !body.unicodeScalars.contains(where: { $0 == "\0" || $0 == "\r" })
        else { throw Refused(description: "the body is too long, or holds NUL or a carriage return") }
        self.to = to
        self.subject = subject
        self.body = body
    }

    /// Whether a text can stand in a header: no CR, LF or other control, C1 included.
    static func isHeaderText(_ text: String) -> Bool {
        !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
            && !text.unicodeScalars.contains("\u{2028}") && !text.unicodeScalars.contains("\u{2029}")
    }

    /// What the queue holds, before it is sealed.
    var wire: JSONValue { ["to": .string(to.reveal()), "subject": .string(subject), "body": .string(body)] }

    /// Reads what ``wire`` wrote.
    init?(wire: JSONValue) {
        guard let to = wire["to"]?.string.flatMap({ EmailAddress($0) }), let subject = wire["subject"]?.string,
            let body = wire["body"]?.string
        else { return nil }
        do { try self.init(to: to, subject: subject, body: body) } catch { return nil }
    }
}
