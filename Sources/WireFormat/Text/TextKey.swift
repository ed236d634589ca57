/// The length and outer bytes of a text. Up to 16 bytes they are the text, so that comparing needs neither the text
/// itself, which would be counted as a reference, nor a call.
public struct TextKey: Sendable {
    /// The bytes of the whole text.
    public let count: Int
    @usableFromInline let head: UInt64
    @usableFromInline let tail: UInt64

    /// Whether the key alone is the text.
    @inlinable @inline(__always)
    public var isWhole: Bool { count <= 16 }

    /// The key of a text in UTF-8.
    @inlinable @inline(__always)
    public init(_ bytes: UnsafeBufferPointer<UInt8>) {
        let raw = UnsafeRawBufferPointer(bytes)
        count = raw.count
        switch count {
        case 8...:
            head = raw.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
            tail = raw.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
        case 4..<8:
            head = UInt64(raw.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
            tail = UInt64(raw.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self))
        case 1..<4:
            head = UInt64(raw[0]) | UInt64(raw[count / 2]) << 8
            tail = UInt64(raw[count &- 1])
        default:
            head = 0
            tail = 0
        }
    }

    /// The key of a text.
    @inlinable @inline(__always)
    public init(_ text: String) { self = text.withContiguousUTF8 { TextKey($0) } }

    /// Whether the two are of texts with the same length and outer bytes.
    @inlinable @inline(__always)
    public func agrees(with other: TextKey) -> Bool {
        count == other.count && head == other.head && tail == other.tail
    }

    /// Mixes all three; the high half of the product decides, as in multiplicative hashing.
    @inlinable @inline(__always)
    public var hash: Int {
        let product = (head ^ tail &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: count)).multipliedFullWidth(
            by: 0xD6E8_FEB8_6659_FD93)
        return Int(truncatingIfNeeded: product.high ^ product.low) & Int.max
    }
}

extension String {
    /// Calls `body` with the text's UTF-8, without copying it: a native string has it in one piece.
    @inlinable @inline(__always)
    public func withContiguousUTF8<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if let result = utf8.withContiguousStorageIfAvailable(body) { return result }
        var native = self
        return native.withUTF8(body)
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether both are the same bytes. Not in constant time: for names and ids, never for secrets.
    @inlinable @inline(__always)
    public func hasSameBytes(as other: UnsafeBufferPointer<UInt8>) -> Bool {
        let count = count
        guard count == other.count else { return false }
        guard count >= 8 else { return TextKey(self).agrees(with: TextKey(other)) }
        let left = UnsafeRawBufferPointer(self)
        let right = UnsafeRawBufferPointer(other)
        var offset = 0
        while offset &+ 8 < count {
            guard
                left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                    == right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            else { return false }
            offset &+= 8
        }
        // The last eight may overlap those before.
        return left.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
            == right.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
    }
}
