import MarkedYAML

/// How text is best written in YAML: without quotes where nobody can read something else.
enum ScalarText {
    /// Where the text stands.
    enum Place { case block, flow }

    /// The text on one line.
    static func inline(_ text: String, _ place: Place) -> String {
        if isPlain(text, place) { return text }
        let needsEscapes = text.unicodeScalars.contains { !isPrintable($0) }
        if needsEscapes || !(text.contains("\"") || text.contains("\\")) { return doubleQuoted(text) }
        return "'" + text.replacing("'", with: "''") + "'"
    }

    /// Whether the text needs no quotes: it begins with a letter, holds nothing that YAML reads as structure, and is no
    /// word that some version of YAML reads as a truth value or as nothing.
    static func isPlain(_ text: String, _ place: Place) -> Bool {
        guard let first = text.unicodeScalars.first, first.properties.isAlphabetic,
            !wordsOfOtherVersions.contains(text.lowercased()), text.unicodeScalars.allSatisfy(isPrintable),
            !text.contains(": "), !text.contains(" #"), !text.hasSuffix(":"), !text.hasSuffix(" ")
        else { return false }
        if place == .flow, text.unicodeScalars.contains(where: { SourceReader.flowIndicators.contains($0) }) {
            return false
        }
        return (try? YAMLNode.parse(text, path: ""))?.string == text
    }

    /// The words that a text may be folded into; nil when folding would change it.
    static func foldable(_ text: String) -> [Substring]? {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count > 1, words.allSatisfy({ !$0.isEmpty }), text.unicodeScalars.allSatisfy(isPrintable) else {
            return nil
        }
        return words
    }

    private static let wordsOfOtherVersions: Set<String> = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null",
    ]

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }

    private static func doubleQuoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            default:
                if isPrintable(scalar) {
                    result.unicodeScalars.append(scalar)
                } else {
                    let digits = String(scalar.value, radix: 16)
                    let (letter, length) = scalar.value > 0xFFFF ? ("U", 8) : ("u", 4)
                    result += "\\" + letter + String(repeating: "0", count: length - digits.count) + digits
                }
            }
        }
        return result + "\""
    }
}
