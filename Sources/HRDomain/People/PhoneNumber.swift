/// A telephone number in international form.
public struct PhoneNumber: Hashable, Sendable {
    /// `+` and digits, as E.164 writes it.
    public let text: String

    /// E.164: at most 15 digits; none has fewer than 7 with its country code.
    static let digits = 7...15

    /// Accepts `+` and digits with blanks, `-`, `.`, `(`, `)` between them, which are dropped.
    public init?(_ written: String) {
        guard written.utf8.first == UInt8(ascii: "+"), written.utf8.count <= 32 else { return nil }
        var kept: [UInt8] = []
        for byte in written.utf8.dropFirst() {
            if byte.isASCIIDigit { kept.append(byte) } else if !" -.()".utf8.contains(byte) { return nil }
        }
        guard PhoneNumber.digits.contains(kept.count), kept.first != UInt8(ascii: "0") else { return nil }
        self.text = "+" + String(decoding: kept, as: UTF8.self)
    }

    /// Unchecked, for placeholders that never escape.
    init(placeholder text: String) { self.text = text }
}
