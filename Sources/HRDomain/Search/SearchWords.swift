import Foundation  // only for Unicode's compatibility forms (UAX 15), which the standard library does not offer

/// Folds text for search, so that what people type meets what is stored: case, diacritics and compatibility forms
/// (Unicode NFKC) make no difference.
public enum SearchWords {
    /// More words than this are not a search; each costs an index probe.
    public static let queryLimit = 8
    /// Longer runs are cut: an index row stays small, and nobody types that many letters.
    public static let wordLimit = 64
    /// Words of one letter match whole words only: as a prefix they would match a good part of everybody.
    public static let shortestPrefix = 2

    /// The folded words of a text in order, without repeats.
    public static func words(of text: String) -> [String] {
        var seen: Set<String> = []
        return fold(text)
            .split { !$0.isLetter && !$0.isNumber }
            .map { String($0.prefix(wordLimit)) }
            .filter { seen.insert($0).inserted }
    }

    /// What to look for, from a text somebody typed: `nil` when it holds no word, or more than eight.
    public static func terms(of query: String) -> [SearchTerm]? {
        let words = words(of: query)
        guard (1...queryLimit).contains(words.count) else { return nil }
        return words.map { $0.count < shortestPrefix ? .word($0) : .prefix($0) }
    }

    /// Lower case, without diacritics, in compatibility form; letters that Unicode does not decompose are spelt out.
    public static func fold(_ text: String) -> String {
        let decomposed = text.decomposedStringWithCompatibilityMapping.lowercased()
            .decomposedStringWithCompatibilityMapping
        var folded = String.UnicodeScalarView()
        for scalar in decomposed.unicodeScalars {
            if let spelling = spellings[scalar] {
                folded.append(contentsOf: spelling.unicodeScalars)
            } else if scalar.properties.generalCategory != .nonspacingMark {
                folded.append(scalar)
            }
        }
        return String(folded).precomposedStringWithCompatibilityMapping
    }

    /// Letters with a stroke or a ligature have no decomposition in Unicode; these are how they are typed without.
    private static let spellings: [Unicode.Scalar: String] = [
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i",
        "ŋ": "n", "ŧ": "t", "ĸ": "k", "ς": "σ", "’": "", "'": "",
    ]
}

/// One thing to look for among folded words.
public enum SearchTerm: Hashable, Sendable {
    /// The whole word.
    case word(String)
    /// A word that begins so.
    case prefix(String)
}
