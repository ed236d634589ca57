/// A social-security, tax or identity-card number; its check differs by country, its alphabet hardly.
public struct NationalIdentifier: Hashable, Sendable {
    /// As given.
    public let text: String

    /// The longest in use have 20 characters; twice that leaves room for separators.
    public static let lengthLimit = 40

    /// Fails unless `text` is 3 to 40 ASCII letters, digits, blanks, `-`, `.` or `/`, with a letter or digit at each end.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard (3...NationalIdentifier.lengthLimit).contains(bytes.count), bytes[0].isASCIILetterOrDigit,
            bytes[bytes.count - 1].isASCIILetterOrDigit,
            bytes.allSatisfy({ $0.isASCIILetterOrDigit || " -./".utf8.contains($0) })
        else { return nil }
        self.text = text
    }

    /// Unchecked, for placeholders that never escape.
    init(placeholder text: String) { self.text = text }

    /// The form that a keyed index compares: letters and digits only, capitals.
    public var comparable: String {
        String(decoding: text.utf8.filter(\.isASCIILetterOrDigit), as: UTF8.self).uppercased()
    }
}
