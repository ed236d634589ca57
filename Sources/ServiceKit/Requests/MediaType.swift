/// The content types that routes take.
enum MediaType {
    /// Whether a `Content-Type` names the type, with no parameter but `charset=utf-8` (RFC 9110 §8.3.1).
    static func matches(_ header: String?, _ expected: String) -> Bool {
        guard let header else { return false }
        // Nearly every caller writes it exactly so.
        if header == expected { return true }
        let parts = header.split(separator: ";", omittingEmptySubsequences: false).map(trimmed)
        guard parts[0].lowercased() == expected else { return false }
        return parts.dropFirst().allSatisfy { part in
            let parameter = part.lowercased()
            return parameter == "charset=utf-8" || parameter == "charset=\"utf-8\""
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        var text = text.drop(while: isSpace)
        while let last = text.last, isSpace(last) { text.removeLast() }
        return text
    }
}
