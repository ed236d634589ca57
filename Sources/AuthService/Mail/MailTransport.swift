import WireFormat

/// Brings one message to where it is delivered from.
protocol MailTransport: Sendable {
    /// Returns once the message was taken over.
    func send(_ message: MailMessage, id: UUIDv7, at now: Instant) async throws(MailFailure)
}

/// Why a message was not taken over. Never names the addressee.
struct MailFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Whether another try is of no use: the server refused the message itself (5xx, RFC 5321 §4.2.1).
    let isPermanent: Bool
    let description: String
}
