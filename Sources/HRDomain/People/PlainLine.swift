/// A line of text about a person: a name, a job title, a department's name.
public struct PlainLine: Hashable, Sendable {
    /// The text, as given.
    public let text: String

    /// No name or title in use is longer; the search index and every list stay bounded.
    public static let lengthLimit = 120

    /// Fails on an empty text, one of more than 120 characters, blanks at an end, and control or format characters.
    public init?(_ text: String) {
        guard !text.isEmpty, text.count <= PlainLine.lengthLimit, text.utf8.count <= PlainLine.lengthLimit * 4,
            text.first?.isWhitespace == false, text.last?.isWhitespace == false,
            text.unicodeScalars.allSatisfy(PlainLine.isPrintable)
        else { return nil }
        self.text = text
    }

    /// Unchecked, for placeholders that never escape.
    init(placeholder text: String) { self.text = text }

    /// Bidirectional overrides and other invisible characters would let one name pass for another.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        case .format: scalar == "\u{200C}" || scalar == "\u{200D}"  // joiners that Persian and Indic names need
        default: true
        }
    }
}
