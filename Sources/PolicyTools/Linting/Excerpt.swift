import MarkedYAML

/// The line that a message is about, and where in it.
struct Excerpt {
    /// The whole line.
    let line: String
    /// How many characters of it are meant.
    let length: Int
    /// What of the line is shown.
    let shown: String
    /// Goes before the caret.
    let indent: String
    /// `^~~~` below what is meant.
    let caret: String

    /// Longer lines are shown around the place.
    private static let width = 100
    private static let lead = 40

    /// The excerpt for a place; nil when the file has no such line.
    init?(of place: PlacedError, in source: [UInt8]?) {
        guard let source, let bytes = Self.line(place.mark.line, of: source) else { return nil }
        let scalars = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
        let column = min(max(place.mark.column - 1, 0), scalars.count)
        line = Self.text(scalars[...])
        length = Self.length(of: place.cause, scalars[column...])
        let isLong = scalars.count > Self.width
        let start = isLong ? max(0, column - Self.lead) : 0
        let end = isLong ? min(scalars.count, start + Self.width) : scalars.count
        shown = (start > 0 ? "…" : "") + Self.text(scalars[start..<end]) + (end < scalars.count ? "…" : "")
        // A tab keeps its width; wide letters take two columns of a terminal.
        indent = (start > 0 ? " " : "") + scalars[start..<column].map { $0 == "\t" ? "\t" : Self.blank($0) }.joined()
        let marked = scalars[column..<min(end, column + length)].map { Self.blank($0).count }.reduce(0, +)
        caret = "^" + String(repeating: "~", count: max(0, marked - 1))
    }

    private static func line(_ number: Int, of source: [UInt8]) -> ArraySlice<UInt8>? {
        var start = source.startIndex
        for _ in 1..<max(number, 1) {
            guard let end = source[start...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            start = end + 1
        }
        guard start < source.endIndex else { return nil }
        let line = source[start...].prefix { $0 != UInt8(ascii: "\n") }
        return line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(scalars))
    }

    /// What the cause quotes when it stands at the place, else the word there.
    private static func length(of cause: String, _ rest: ArraySlice<Unicode.Scalar>) -> Int {
        let parts = cause.split(separator: "`", omittingEmptySubsequences: false)
        for (index, quoted) in parts.enumerated() where index % 2 == 1 && !quoted.isEmpty {
            let scalars = Array(quoted.unicodeScalars)
            if rest.starts(with: scalars) { return scalars.count }
            // In quotes in the file.
            if let first = rest.first, first == "\"" || first == "'", rest.dropFirst().starts(with: scalars) {
                return scalars.count + 2
            }
        }
        guard let first = rest.first, first.properties.isAlphabetic else { return 1 }
        return rest.prefix {
            $0.properties.isAlphabetic || $0.properties.numericType != nil || "_.-".unicodeScalars.contains($0)
        }.count
    }

    private static func blank(_ scalar: Unicode.Scalar) -> String {
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            "  "
        default: scalar.properties.generalCategory == .nonspacingMark ? "" : " "
        }
    }
}
