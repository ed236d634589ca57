/// A cursor over ASCII for the fixed-width decimals of dates and times.
struct DecimalText {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    /// INVARIANT: the cursor is used only while the bytes are there.
    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    /// Exactly `count` digits.
    mutating func digits(_ count: Int) -> Int? {
        guard position + count <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[position..<position + count] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        position += count
        return value
    }

    /// One to `places` digits after a decimal point, scaled to `places`.
    mutating func fraction(upTo places: Int) -> Int? {
        var value = 0
        var count = 0
        while count < places, let digit = digits(1) {
            value = value * 10 + digit
            count += 1
        }
        guard count > 0 else { return nil }
        for _ in count..<places { value *= 10 }
        return value
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// `YYYY-MM-DD`.
    mutating func day() -> Day? {
        guard let year = digits(4), take("-"), let month = digits(2), take("-"), let day = digits(2) else { return nil }
        return Day(year: year, month: month, day: day)
    }

    /// `value` in decimal with leading zeros to `width`.
    static func padded(_ value: Int64, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
