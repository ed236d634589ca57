public import WireFormat

/// 32 random bytes that blind an event's commitment: once a body and its salt are dropped, nobody can test guesses
/// against the commitment that stays in the tree.
public struct EventSalt: Sendable, Hashable {
    /// As long as the hash, so that guessing the salt is no easier than inverting it.
    public static let byteCount = 32

    /// The bytes.
    public let bytes: [UInt8]

    /// The salt of these 32 bytes; nil when there are more or fewer.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    private init(filled bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// A new salt from the system's secure generator.
    public static func generate() -> EventSalt {
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        while bytes.count < byteCount {
            withUnsafeBytes(of: generator.next() as UInt64) { bytes.append(contentsOf: $0) }
        }
        return EventSalt(filled: bytes)
    }
}

extension EventSalt: WireValue, WireEncodable {
    /// Stands for a salt that could not be read.
    public static var placeholder: EventSalt { EventSalt(filled: [UInt8](repeating: 0, count: byteCount)) }

    /// Reads base64url without padding.
    public init(wire: JSONValue) throws(WireValueError) {
        guard let bytes = Base64URL.decode(try String(wire: wire)), let salt = EventSalt(bytes: bytes) else {
            throw WireValueError("must be \(Self.byteCount) bytes as base64url without padding")
        }
        self = salt
    }

    /// Base64url without padding.
    public var wire: JSONValue { .string(Base64URL.encode(bytes)) }
}
