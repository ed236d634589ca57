/// Over whom: `none < self < sub(direct) < sub(any) < all`, each containing the one before.
///
/// In an answer the name is information; what is enforced is the predicate.
public enum Scope: Int, Sendable, Hashable, Comparable, CaseIterable, CustomStringConvertible {
    /// No record.
    case none
    /// Records about the subject.
    case own
    /// Those, and records about people whose nearest manager the subject is.
    case subDirect
    /// Those, and records about everybody below the subject.
    case subAny
    /// Every record of the tenant.
    case all

    /// The name in policies' words: `none`, `self`, `sub(direct)`, `sub(any)`, `all`.
    public var description: String {
        switch self {
        case .none: "none"
        case .own: "self"
        case .subDirect: "sub(direct)"
        case .subAny: "sub(any)"
        case .all: "all"
        }
    }

    /// Reads the name; nil for anything else.
    public init?(_ name: String) {
        guard let scope = Self.allCases.first(where: { $0.description == name }) else { return nil }
        self = scope
    }

    /// The narrower scope contains less.
    public static func < (left: Scope, right: Scope) -> Bool { left.rawValue < right.rawValue }

    /// The words for `scope` in a rule.
    static let ruleWords = ["none", "self", "sub", "all"]
    /// The words for a scope that stands alone, as in a ceiling: `sub` is `sub(any)`.
    static let words = ["none", "self", "sub(direct)", "sub", "all"]

    /// Reads a word of `words`.
    init?(word: String) {
        self.init(word == "sub" ? "sub(any)" : word)
    }
}
