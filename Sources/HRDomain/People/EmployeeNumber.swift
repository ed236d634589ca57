/// The number or code by which an organisation's own books know an employee, such as `E-01042`.
public struct EmployeeNumber: Hashable, Sendable, CustomStringConvertible {
    /// The number as it is written, case kept.
    public let text: String

    /// Longer ones are account numbers of something else.
    public static let lengthLimit = 32

    /// Fails unless `text` is 1 to 32 ASCII letters, digits, `-`, `_`, `.` or `/`, the first a letter or a digit.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, bytes.count <= EmployeeNumber.lengthLimit, first.isASCIILetterOrDigit,
            bytes.allSatisfy({ $0.isASCIILetterOrDigit || "-_./".utf8.contains($0) })
        else { return nil }
        self.text = text
    }

    /// Unchecked, for placeholders that never escape.
    init(placeholder text: String) { self.text = text }

    /// The number.
    public var description: String { text }
}

extension UInt8 {
    /// A–Z, a–z or 0–9.
    var isASCIILetterOrDigit: Bool { isASCIILetter || isASCIIDigit }

    /// A–Z or a–z.
    var isASCIILetter: Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self)
    }

    /// 0–9.
    var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
