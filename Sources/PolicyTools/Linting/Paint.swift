/// Colours for a terminal; none for anything else.
struct Paint {
    let isOn: Bool

    func error(_ text: String) -> String { painted(text, "1;31") }
    func warning(_ text: String) -> String { painted(text, "1;33") }
    func caret(_ text: String) -> String { painted(text, "1;32") }
    func strong(_ text: String) -> String { painted(text, "1") }
    func faint(_ text: String) -> String { text.isEmpty ? text : painted(text, "2") }

    private func painted(_ text: String, _ code: String) -> String {
        isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}

/// What may be shown on a terminal.
enum Printable {
    /// The text with control characters replaced: a file must not be able to write to the reader's terminal, nor to turn
    /// the direction of its text.
    static func text(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { isUnsafe($0) ? "\u{FFFD}" : $0 }))
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control: scalar != "\t"
        case .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
