/// Reads the small fixed grammars of dates, durations and addresses, byte by byte.
struct ASCIIReader {
    private let bytes: String.UTF8View
    private var position: String.UTF8View.Index

    init(_ text: String) {
        bytes = text.utf8
        position = bytes.startIndex
    }

    var isAtEnd: Bool { position == bytes.endIndex }

    var next: UInt8? { isAtEnd ? nil : bytes[position] }

    mutating func advance() { if !isAtEnd { bytes.formIndex(after: &position) } }

    /// Takes the text if it stands here.
    mutating func skip(_ expected: StaticString) -> Bool {
        var ahead = position
        let isHere = expected.withUTF8Buffer { expected in
            for byte in expected {
                guard ahead != bytes.endIndex, bytes[ahead] == byte else { return false }
                bytes.formIndex(after: &ahead)
            }
            return true
        }
        if isHere { position = ahead }
        return isHere
    }

    /// Takes one decimal digit.
    mutating func digit() -> Int64? {
        guard let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        advance()
        return Int64(byte - UInt8(ascii: "0"))
    }

    /// Takes as many digits as there are; nil when their count is not allowed. INVARIANT: at most 18 are allowed, so
    /// that the number fits.
    mutating func number(digits allowed: ClosedRange<Int>) -> Int64? {
        var number: Int64 = 0
        var count = 0
        while let digit = digit() {
            count += 1
            if count > allowed.upperBound { return nil }
            number = number * 10 + digit
        }
        return count >= allowed.lowerBound ? number : nil
    }
}
