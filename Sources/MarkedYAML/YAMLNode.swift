/// A value read from YAML, with the place where it stands.
///
/// Scalars follow the core schema of YAML 1.2 (§10.3): `yes`, `no` and `on` are strings.
public struct YAMLNode: Hashable, Sendable {
    /// The value.
    public let content: Content
    /// Where its text begins.
    public let mark: Mark
    /// Whether its text begins right at `mark` on one line, so that offsets within it are columns of the file.
    public let isPlain: Bool

    /// What a node holds.
    public enum Content: Hashable, Sendable {
        /// `null`, `~` or nothing at all.
        case null
        /// `true` or `false`.
        case bool(Bool)
        /// A whole number.
        case integer(Int64)
        /// A number with a fraction or an exponent, or one of `.inf`, `-.inf`, `.nan`.
        case double(Double)
        /// Text.
        case string(String)
        /// A list.
        case sequence([YAMLNode])
        /// Keys with values, in the order of the text.
        case mapping([YAMLEntry])
    }

    /// Creates a node.
    public init(_ content: Content, at mark: Mark, isPlain: Bool = false) {
        self.content = content
        self.mark = mark
        self.isPlain = isPlain
    }

    /// What the node is, for messages: `a string`, `a mapping`.
    public var kind: String {
        switch content {
        case .null: "nothing"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .double: "a number"
        case .string: "a string"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }

    /// The text, if this is a string.
    public var string: String? {
        if case .string(let text) = content { text } else { nil }
    }

    /// The items, if this is a list.
    public var sequence: [YAMLNode]? {
        if case .sequence(let items) = content { items } else { nil }
    }

    /// The entries, if this is a mapping.
    public var mapping: [YAMLEntry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }

    /// The value under a key, if this is a mapping that has it.
    public subscript(_ key: String) -> YAMLNode? {
        mapping?.first { $0.key == key }?.value
    }
}

/// A key with its value, and the place of the key.
public struct YAMLEntry: Hashable, Sendable {
    /// The key. Keys are always strings, and unique in their mapping.
    public let key: String
    /// Where the key begins.
    public let keyMark: Mark
    /// The value.
    public let value: YAMLNode

    /// Creates an entry.
    public init(key: String, keyMark: Mark, value: YAMLNode) {
        self.key = key
        self.keyMark = keyMark
        self.value = value
    }
}
