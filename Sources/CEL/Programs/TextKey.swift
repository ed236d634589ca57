/// The length and outer bytes of a constant text. Up to 16 bytes they are the text, so that comparing needs neither the
/// text itself, which would be counted as a reference, nor a call.
struct TextKey: Sendable {
    let count: Int
    let head: UInt64
    let tail: UInt64

    /// Whether the key alone is the text.
    var isWhole: Bool { count <= 16 }

    @inline(__always)
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
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

    @inline(__always)
    init(_ text: String) { self = text.withBytes { TextKey($0) } }

    /// Whether the two are of texts with the same length and outer bytes.
    @inline(__always)
    func agrees(with other: TextKey) -> Bool { count == other.count && head == other.head && tail == other.tail }

    /// Mixes all three; the high half of the product decides, as in multiplicative hashing.
    @inline(__always)
    var hash: Int {
        let product = (head ^ tail &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: count)).multipliedFullWidth(
            by: 0xD6E8_FEB8_6659_FD93)
        return Int(truncatingIfNeeded: product.high ^ product.low) & Int.max
    }
}
