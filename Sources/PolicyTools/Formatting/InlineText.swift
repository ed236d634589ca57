import MarkedYAML

/// What fits on a line.
enum InlineText {
    /// A collection in brackets; nil when it is to be written over several lines: it holds comments, or was written so
    /// and is no list of plain words.
    static func collection(_ node: SourceNode, _ value: YAMLNode) -> String? {
        guard !node.hasComments else { return nil }
        switch (node.form, value.content) {
        case (.sequence(let collection), .sequence(let items)):
            guard collection.isFlow || collection.entries.allSatisfy(\.value.isWord) else { return nil }
            return list(collection, items)
        case (.mapping(let collection), .mapping(let entries)):
            return collection.isFlow ? mapping(collection, entries) : nil
        default: return nil
        }
    }

    /// Anything that was on one line, or can be.
    static func text(_ node: SourceNode, _ value: YAMLNode, _ place: ScalarText.Place) -> String? {
        let anchor = node.anchor.map { $0 + " " } ?? ""
        switch (node.form, value.content) {
        case (.alias(let word), _): return anchor + word
        case (.blockScalar, _): return nil
        case (.scalar(let raw, let isQuoted), .string(let text)):
            if let raw, !isQuoted, place == .block || !raw.unicodeScalars.contains(where: needsQuotes) {
                return anchor + raw
            }
            return anchor + ScalarText.inline(text, place)
        case (.scalar(let raw, _), _):
            let text = raw ?? ""
            return text.isEmpty && place == .flow ? anchor + "null" : anchor + text
        case (.sequence(let collection), .sequence(let items)): return list(collection, items).map { anchor + $0 }
        case (.mapping(let collection), .mapping(let entries)): return mapping(collection, entries).map { anchor + $0 }
        default: return nil
        }
    }

    private static func needsQuotes(_ scalar: Unicode.Scalar) -> Bool { SourceReader.flowIndicators.contains(scalar) }

    private static func list(_ collection: SourceCollection, _ items: [YAMLNode]) -> String? {
        var parts: [String] = []
        for (entry, item) in zip(collection.entries, items) {
            guard let part = text(entry.value, item, .flow) else { return nil }
            parts.append(part)
        }
        return "[" + parts.joined(separator: ", ") + "]"
    }

    private static func mapping(_ collection: SourceCollection, _ entries: [YAMLEntry]) -> String? {
        var parts: [String] = []
        for (entry, each) in zip(collection.entries, entries) {
            guard let part = text(entry.value, each.value, .flow) else { return nil }
            parts.append(entry.key(each.key, .flow) + ": " + part)
        }
        return "{" + parts.joined(separator: ", ") + "}"
    }
}

extension SourceEntry {
    /// How its key is written.
    func key(_ text: String, _ place: ScalarText.Place) -> String {
        isKeyQuoted ? ScalarText.inline(text, place) : text
    }
}

extension SourceNode {
    /// The node alone.
    var withoutAnchor: SourceNode { SourceNode(anchor: nil, form: form) }

    /// Whether it is a scalar that stands well in brackets.
    fileprivate var isWord: Bool {
        guard anchor == nil, case .scalar(let raw, _) = form else { return false }
        return raw?.isEmpty == false
    }
}
