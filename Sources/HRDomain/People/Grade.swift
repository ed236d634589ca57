/// A step of an organisation's own ladder, such as `G7` or `IC4`; letters first, then a number that orders it.
public struct Grade: Hashable, Sendable, CustomStringConvertible {
    /// The grade as it is written, such as `G7`.
    public let text: String
    /// The number that orders grades of one ladder: 7 for `G7`.
    public let step: Int

    /// Ladders have a short name.
    static let letterLimit = 4
    /// Two digits: no ladder has a hundred steps.
    static let digitLimit = 2

    /// Fails unless `text` is one to four capital letters followed by one or two digits.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        let letters = bytes.prefix { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
        let digits = bytes.dropFirst(letters.count)
        guard (1...Grade.letterLimit).contains(letters.count), (1...Grade.digitLimit).contains(digits.count),
            digits.allSatisfy(\.isASCIIDigit), let step = Int(String(decoding: digits, as: UTF8.self))
        else { return nil }
        self.text = text
        self.step = step
    }

    /// Unchecked, for placeholders that never escape.
    init(placeholder text: String, step: Int) {
        self.text = text
        self.step = step
    }

    /// The grade.
    public var description: String { text }
}
