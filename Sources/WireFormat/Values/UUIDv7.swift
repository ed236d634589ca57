/// A UUID of version 7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then 74 random bits; sorts by time of making.
public struct UUIDv7: Hashable, Comparable, Sendable, LosslessStringConvertible {
    private let high: UInt64
    private let low: UInt64

    /// A new one, of the machine's clock and the system's random generator.
    public static func generate(at instant: Instant = .now()) -> UUIDv7 {
        var generator = SystemRandomNumberGenerator()
        let milliseconds = UInt64(max(0, instant.microseconds / 1000)) & 0xFFFF_FFFF_FFFF
        return UUIDv7(
            valid: milliseconds << 16 | 0x7000 | generator.next() & 0x0FFF,
            0x8000_0000_0000_0000 | generator.next() >> 2)
    }

    private init(valid high: UInt64, _ low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The sixteen bytes; nil when they are not sixteen, or not of version 7 and the RFC's variant.
    @inlinable
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var whole: UInt128 = 0
        for byte in bytes { whole = whole << 8 | UInt128(byte) }
        self.init(high: UInt64(truncatingIfNeeded: whole >> 64), low: UInt64(truncatingIfNeeded: whole))
    }

    /// Nil when the words are not of version 7 and the RFC's variant.
    @usableFromInline
    init?(high: UInt64, low: UInt64) {
        guard high & 0xF000 == 0x7000, low >> 62 == 0b10 else { return nil }
        self.init(valid: high, low)
    }

    /// Reads the one canonical spelling: 36 characters, lower case, hyphens in their places, version 7.
    public init?(_ text: String) {
        guard text.utf8.count == 36 else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        var digits = 0
        for (index, byte) in text.utf8.enumerated() {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = Hex.value(of: byte), !(UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte) else {
                return nil
            }
            if digits < 16 { words.0 = words.0 << 4 | UInt64(digit) } else { words.1 = words.1 << 4 | UInt64(digit) }
            digits += 1
        }
        self.init(high: words.0, low: words.1)
    }

    /// The sixteen bytes in network order.
    public var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
            for index in 0..<16 { buffer[index] = byte(at: index) }
            count = 16
        }
    }

    private func byte(at index: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: (index < 8 ? high : low) >> UInt64(56 - index % 8 * 8))
    }

    /// The canonical spelling, 36 characters.
    public var text: String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            var position = 0
            for index in 0..<16 {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    buffer[position] = UInt8(ascii: "-")
                    position += 1
                }
                let byte = byte(at: index)
                buffer[position] = Hex.digit(byte >> 4)
                buffer[position + 1] = Hex.digit(byte & 15)
                position += 2
            }
            return position
        }
    }

    public var description: String { text }

    /// When it was made, to the millisecond, by the clock of its maker.
    public var instant: Instant { Instant(microseconds: Int64(high >> 16) * 1000) }

    public static func < (left: UUIDv7, right: UUIDv7) -> Bool { (left.high, left.low) < (right.high, right.low) }
}
