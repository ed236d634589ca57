/// What ties the log lines, decisions and audit events of one request together (`X-Request-ID`).
public struct RequestID: Hashable, Sendable, CustomStringConvertible {
    /// 1 to 64 characters of `[A-Za-z0-9._-]`.
    public let text: String

    /// Long enough for a UUID or a trace id, short enough for every log line.
    public static let maximumLength = 64

    /// Reads an id that somebody else chose; nil when it is too long or has other characters.
    public init?(_ text: String) {
        guard (1...Self.maximumLength).contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed) else {
            return nil
        }
        self.text = text
    }

    private init(generated: UUIDv7) { text = generated.text }

    /// A new one.
    public static func generate() -> RequestID { RequestID(generated: .generate()) }

    public var description: String { text }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
