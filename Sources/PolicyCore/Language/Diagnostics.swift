import MarkedYAML

/// Collects what is wrong with one file, so that all of it can be told at once.
struct Diagnostics {
    let path: String
    private(set) var errors: [PlacedError] = []

    init(path: String) { self.path = path }

    mutating func add(_ mark: Mark, _ cause: String, remedy: String? = nil) {
        errors.append(PlacedError(path: path, mark: mark, cause: cause, remedy: remedy))
    }

    mutating func add(_ error: PlacedError) { errors.append(error) }
}

/// A word of a policy with its place.
struct Word: Sendable, Hashable {
    let text: String
    let mark: Mark

    /// Names are `[a-z][a-z0-9_]*`: they stand in ids, answers and logs, and never need quoting anywhere.
    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else { return false }
        return text.utf8.count <= longestName
            && text.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_")
            }
    }

    /// Rule ids are names that may also hold `-`.
    static func isRuleID(_ text: String) -> Bool {
        isName(text.replacing("-", with: "_"))
    }

    /// Longer names do not fit on a line of a message or a matrix.
    static let longestName = 64
}

/// Reads one mapping of a policy file: every key must be known, and every value of its kind.
struct MappingReader {
    let node: YAMLNode
    private let entries: [YAMLEntry]

    /// Reads `node`, which must be a mapping with no other keys than these. `nil` counts as an empty mapping where
    /// `mayBeEmpty`.
    init?(_ node: YAMLNode, of what: String, keys: [String], mayBeEmpty: Bool = false, _ log: inout Diagnostics) {
        self.node = node
        if case .null = node.content, mayBeEmpty {
            entries = []
            return
        }
        guard let entries = node.mapping else {
            log.add(node.mark, "\(what) is \(node.kind), not a mapping", remedy: "write `key: value` lines")
            return nil
        }
        self.entries = entries
        for entry in entries where !keys.contains(entry.key) {
            log.add(
                entry.keyMark, "unknown key `\(entry.key)` in \(what)",
                remedy: Suggestion.remedy(for: entry.key, among: keys))
        }
        _ = text("description", &log)
    }

    /// Reads a mapping of this grammar.
    init?(
        _ node: YAMLNode, of what: String, as grammar: MappingGrammar, mayBeEmpty: Bool = false,
        _ log: inout Diagnostics
    ) {
        self.init(node, of: what, keys: grammar.keyNames, mayBeEmpty: mayBeEmpty, &log)
    }

    func has(_ key: String) -> Bool { self[key] != nil }

    subscript(_ key: String) -> YAMLNode? { entries.first { $0.key == key }?.value }

    /// The text under a key, if there is any.
    func text(_ key: String, _ log: inout Diagnostics) -> Word? {
        guard let value = self[key] else { return nil }
        guard let text = value.string, !text.isEmpty else {
            log.add(value.mark, "`\(key)` is \(value.kind), not text", remedy: "write text, in quotes if need be")
            return nil
        }
        return Word(text: text, mark: value.mark)
    }

    /// The name under a key.
    func name(_ key: String, _ log: inout Diagnostics) -> Word? {
        guard let word = text(key, &log) else { return nil }
        return checkedName(word, &log)
    }

    /// The truth value under a key; false when absent.
    func flag(_ key: String, _ log: inout Diagnostics) -> Bool {
        guard let value = self[key] else { return false }
        guard case .bool(let flag) = value.content else {
            log.add(value.mark, "`\(key)` is \(value.kind), not a boolean", remedy: "write `true` or `false`")
            return false
        }
        return flag
    }

    /// The list of words under a key; nil when absent. A repeated word is an error.
    func words(_ key: String, _ log: inout Diagnostics) -> [Word]? {
        guard let value = self[key] else { return nil }
        guard let items = value.sequence else {
            log.add(value.mark, "`\(key)` is \(value.kind), not a list", remedy: "write `\(key): [a, b]`")
            return nil
        }
        var words: [Word] = []
        for item in items {
            guard let text = item.string else {
                log.add(item.mark, "an item of `\(key)` is \(item.kind), not text", remedy: "write a name")
                continue
            }
            if words.contains(where: { $0.text == text }) {
                log.add(item.mark, "`\(text)` stands twice in `\(key)`", remedy: "keep one of them")
                continue
            }
            words.append(Word(text: text, mark: item.mark))
        }
        return words
    }

    /// The entries of the mapping under a key, names checked; empty when absent.
    func named(_ key: String, _ log: inout Diagnostics) -> [(name: Word, value: YAMLNode)] {
        guard let value = self[key] else { return [] }
        if case .null = value.content { return [] }
        guard let entries = value.mapping else {
            log.add(value.mark, "`\(key)` is \(value.kind), not a mapping", remedy: "write `name:` lines below it")
            return []
        }
        return entries.compactMap { entry in
            checkedName(Word(text: entry.key, mark: entry.keyMark), &log).map { ($0, entry.value) }
        }
    }

    /// The items of the list under a key; empty when absent.
    func items(_ key: String, _ log: inout Diagnostics) -> [YAMLNode] {
        guard let value = self[key] else { return [] }
        if case .null = value.content { return [] }
        guard let items = value.sequence else {
            log.add(value.mark, "`\(key)` is \(value.kind), not a list", remedy: "begin each item with `- `")
            return []
        }
        return items
    }

    /// Records that a key is missing.
    func missing(_ key: String, of what: String, _ log: inout Diagnostics, remedy: String) {
        log.add(node.mark, "\(what) has no `\(key)`", remedy: remedy)
    }

    private func checkedName(_ word: Word, _ log: inout Diagnostics) -> Word? {
        guard Word.isName(word.text) else {
            log.add(
                word.mark, "`\(word.text.prefix(Word.longestName))` is not a name",
                remedy: "use lower-case letters, digits and `_`, beginning with a letter, at most \(Word.longestName)")
            return nil
        }
        return word
    }
}
