import MarkedYAML
import PolicyCore
import WireFormat

/// Collects what is wrong with one suite.
struct SuiteLog {
    let path: String
    private(set) var errors: [PlacedError] = []

    init(path: String) { self.path = path }

    mutating func add(_ mark: Mark, _ cause: String, remedy: String) {
        errors.append(PlacedError(path: path, mark: mark, cause: cause, remedy: remedy))
    }
}

/// Text with its place.
struct PlacedText {
    let text: String
    let mark: Mark
}

/// Reads the keys of one mapping; an unknown one is an error, and so is a missing one that the grammar requires.
struct SuiteMapping {
    let node: YAMLNode
    private let entries: [YAMLEntry]

    init?(_ node: YAMLNode, as grammar: MappingGrammar, of what: String? = nil, _ log: inout SuiteLog) {
        let what = what ?? "the \(grammar.name)"
        guard let entries = node.mapping else {
            log.add(node.mark, "\(what) is \(node.kind), not a mapping", remedy: "write `key: value` lines")
            return nil
        }
        self.node = node
        self.entries = entries
        for entry in entries where !grammar.keyNames.contains(entry.key) {
            log.add(
                entry.keyMark, "unknown key `\(entry.key)` in \(what)",
                remedy: PolicyBundle.remedy(for: entry.key, among: grammar.keyNames))
        }
        for key in grammar.keys where key.isRequired && self[key.name] == nil {
            log.add(node.mark, "\(what) has no `\(key.name)`", remedy: "add `\(key.name):`")
        }
    }

    subscript(_ key: String) -> YAMLNode? { entries.first { $0.key == key }?.value }

    func text(_ key: String, _ log: inout SuiteLog) -> PlacedText? {
        guard let node = self[key] else { return nil }
        return Self.text(node, "`\(key)`", &log)
    }

    /// The texts of the list under a key; nil when absent.
    func texts(_ key: String, _ log: inout SuiteLog) -> [PlacedText]? {
        guard let node = self[key] else { return nil }
        guard let items = node.sequence else {
            log.add(node.mark, "`\(key)` is \(node.kind), not a list", remedy: "write `\(key): [a, b]`")
            return nil
        }
        return items.compactMap { Self.text($0, "an item of `\(key)`", &log) }
    }

    /// The items of the list under a key; empty when absent.
    func items(_ key: String, _ log: inout SuiteLog) -> [YAMLNode] {
        guard let node = self[key] else { return [] }
        guard let items = node.sequence else {
            log.add(node.mark, "`\(key)` is \(node.kind), not a list", remedy: "begin each item with `- `")
            return []
        }
        return items
    }

    /// The entries of the mapping under a key; empty when absent.
    func named(_ key: String, _ log: inout SuiteLog) -> [YAMLEntry] {
        guard let node = self[key] else { return [] }
        guard let entries = node.mapping else {
            log.add(node.mark, "`\(key)` is \(node.kind), not a mapping", remedy: "write `name:` lines below it")
            return []
        }
        return entries
    }

    /// The day or instant under a key.
    func instant(_ key: String, _ log: inout SuiteLog) -> Instant? {
        guard let word = text(key, &log) else { return nil }
        if let instant = Day(word.text)?.start ?? Instant(rfc3339: word.text) { return instant }
        log.add(
            word.mark, "`\(word.text)` is not a day or an instant",
            remedy: "write `2026-01-31`, or `2026-01-31T08:00:00Z`")
        return nil
    }

    private static func text(_ node: YAMLNode, _ what: String, _ log: inout SuiteLog) -> PlacedText? {
        guard let text = node.string, !text.isEmpty else {
            log.add(node.mark, "\(what) is \(node.kind), not text", remedy: "write text, in quotes if need be")
            return nil
        }
        return PlacedText(text: text, mark: node.mark)
    }
}
