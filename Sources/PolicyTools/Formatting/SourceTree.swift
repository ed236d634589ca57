/// A YAML text as it was laid out, comments included. Values are not decoded here: they come from the parsed tree, which
/// has the same shape.
indirect enum SourceForm {
    /// Nothing, plain or in quotes; `raw` is the text when it stood on one line, else nil.
    case scalar(raw: String?, isQuoted: Bool)
    /// `|` or `>`: the header without indentation digits, and the lines without their common indentation.
    case blockScalar(header: String, hasDigit: Bool, lines: [String])
    case alias(String)
    case sequence(SourceCollection)
    case mapping(SourceCollection)
}

/// A node with its anchor.
struct SourceNode {
    var anchor: String?
    var form: SourceForm
}

/// A list or a mapping.
struct SourceCollection {
    var isFlow: Bool
    var entries: [SourceEntry] = []
    /// What stands between the last entry and the end.
    var footer: [Trivia] = []

    /// Whether a comment stands anywhere in it.
    var hasComments: Bool {
        footer.contains(where: \.isComment)
            || entries.contains { entry in
                entry.comment != nil || entry.leading.contains(where: \.isComment) || entry.value.hasComments
            }
    }
}

/// An item of a list, or a key of a mapping with its value.
struct SourceEntry {
    /// The lines before it.
    var leading: [Trivia]
    var value: SourceNode
    /// The comment at the end of its first line.
    var comment: String?
    /// Whether its key is in quotes; one that is not is left so.
    var isKeyQuoted = false
}

/// What is no part of the value.
enum Trivia {
    /// One or more empty lines.
    case blank
    /// A comment on a line of its own, and the column at which it stood, from 0.
    case comment(String, column: Int)

    var isComment: Bool { if case .comment = self { true } else { false } }
}

extension SourceNode {
    /// Whether a comment stands within.
    var hasComments: Bool {
        switch form {
        case .sequence(let collection), .mapping(let collection): collection.hasComments
        default: false
        }
    }

    /// Every comment within, for comparison before and after.
    var comments: [String] {
        switch form {
        case .sequence(let collection), .mapping(let collection):
            collection.entries.flatMap { entry in
                entry.leading.compactMap(\.text) + [entry.comment].compactMap(\.self) + entry.value.comments
            } + collection.footer.compactMap(\.text)
        default: []
        }
    }
}

extension Trivia {
    /// The comment's text.
    var text: String? { if case .comment(let text, _) = self { text } else { nil } }
}
