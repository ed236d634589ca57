import WireFormat

/// A condition's text with its literals left out. Sets of policies that a program has written, or that people have
/// copied from one organisation to the next, differ in nothing else.
struct ConditionShape {
    /// The text with `"` for each text, `0` for each integer and `[]"` for each list of texts.
    let key: String
    /// What was left out, in order.
    let literals: [Literal]

    enum Literal: Hashable {
        case text(String)
        case integer(Int64)
        case list([String])
    }

    /// Fewer digits than the largest integer has.
    private static let mostDigits = 18

    /// Reads a text; nil for one with anything that could make a literal mean something else, such as an escape, a
    /// prefix, a minus, a comment or a call.
    init?(_ text: String) {
        var key: [UInt8] = []
        var literals: [Literal] = []
        let isPlain = text.withContiguousUTF8 { bytes -> Bool in
            key.reserveCapacity(bytes.count)
            var place = 0
            while place < bytes.count {
                switch bytes[place] {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
                    while place < bytes.count, Self.continuesName(bytes[place]) {
                        key.append(bytes[place])
                        place += 1
                    }
                    if place < bytes.count, Self.isQuote(bytes[place]) { return false }
                    var next = place
                    while next < bytes.count, Self.isSpace(bytes[next]) { next += 1 }
                    // A function of a literal is computed when it is compiled.
                    if next < bytes.count, bytes[next] == UInt8(ascii: "(") { return false }
                case UInt8(ascii: "0")...UInt8(ascii: "9"):
                    guard let number = Self.integer(bytes, &place), key.last != UInt8(ascii: ".") else { return false }
                    literals.append(.integer(number))
                    key.append(UInt8(ascii: "0"))
                case UInt8(ascii: "\""), UInt8(ascii: "'"):
                    guard let text = Self.text(bytes, &place) else { return false }
                    literals.append(.text(text))
                    key.append(UInt8(ascii: "\""))
                case UInt8(ascii: "["):
                    if let texts = Self.list(bytes, &place) {
                        literals.append(.list(texts))
                        key += [UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "\"")]
                    } else {
                        key.append(bytes[place])
                        place += 1
                    }
                case UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "`"), UInt8(ascii: "\\"), 0x80...: return false
                default:
                    key.append(bytes[place])
                    place += 1
                }
            }
            return true
        }
        guard isPlain else { return nil }
        self.key = String(decoding: key, as: UTF8.self)
        self.literals = literals
    }

    private static func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte >= 0x09 && byte <= 0x0D }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private static func continuesName(_ byte: UInt8) -> Bool {
        let lower = byte | 0x20
        return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z") || isDigit(byte) || byte == UInt8(ascii: "_")
    }

    private static func integer(_ bytes: UnsafeBufferPointer<UInt8>, _ place: inout Int) -> Int64? {
        let start = place
        var number: Int64 = 0
        while place < bytes.count, isDigit(bytes[place]) {
            guard place - start < mostDigits else { return nil }
            number = number * 10 + Int64(bytes[place] - UInt8(ascii: "0"))
            place += 1
        }
        if bytes[start] == UInt8(ascii: "0") && place - start > 1 { return nil }
        if place < bytes.count, continuesName(bytes[place]) || bytes[place] == UInt8(ascii: ".") { return nil }
        return number
    }

    /// A list of one text or more; the place stays where it is none.
    private static func list(_ bytes: UnsafeBufferPointer<UInt8>, _ place: inout Int) -> [String]? {
        var next = place + 1
        var texts: [String] = []
        while true {
            while next < bytes.count, isSpace(bytes[next]) { next += 1 }
            guard next < bytes.count, isQuote(bytes[next]), let text = text(bytes, &next) else { return nil }
            texts.append(text)
            while next < bytes.count, isSpace(bytes[next]) { next += 1 }
            guard next < bytes.count else { return nil }
            if bytes[next] == UInt8(ascii: "]") { break }
            guard bytes[next] == UInt8(ascii: ",") else { return nil }
            next += 1
        }
        place = next + 1
        return texts
    }

    private static func text(_ bytes: UnsafeBufferPointer<UInt8>, _ place: inout Int) -> String? {
        let quote = bytes[place]
        let start = place + 1
        place = start
        while place < bytes.count, bytes[place] != quote {
            if bytes[place] < 0x20 || bytes[place] == UInt8(ascii: "\\") { return nil }
            place += 1
        }
        guard place < bytes.count else { return nil }
        let end = place
        place += 1
        // Three quotes begin another kind of text.
        if place < bytes.count, isQuote(bytes[place]) { return nil }
        return String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self)
    }
}
