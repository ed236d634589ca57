/// What arrives on a channel of `LISTEN`.
public enum Notification: Sendable, Hashable {
    /// The subscription stands, for the first time or again after the connection broke. What was sent before is not
    /// seen: look at the tables now.
    case listening
    /// Somebody notified.
    case message(payload: String, sender: Int32)
}

/// The name of a channel: small letters, digits and underscores, so that it is an identifier as it stands.
public struct ChannelName: Sendable, Hashable, CustomStringConvertible {
    /// The name.
    public let description: String

    /// PostgreSQL cuts longer identifiers.
    private static let maximumLength = 63

    /// Nil when the text is not such a name.
    public init?(_ text: String) {
        guard let first = text.utf8.first, first == UInt8(ascii: "_") || Self.isLetter(first),
            text.utf8.count <= Self.maximumLength,
            text.utf8.allSatisfy({ $0 == UInt8(ascii: "_") || Self.isLetter($0) || Self.isDigit($0) })
        else { return nil }
        description = text
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
