/// What may stand under a key of a policy file.
public indirect enum ValueGrammar: Sendable, Hashable {
    /// Any text.
    case text
    /// `[a-z][a-z0-9_]*`, at most 64 characters.
    case name
    /// A name that may also hold `-`.
    case ruleID
    /// `true` or `false`.
    case flag
    /// A condition in CEL.
    case condition
    /// A number and `s`, `m`, `h` or `d`, such as `15m`.
    case duration
    /// A day (`2026-01-01`, its beginning in UTC) or an instant of RFC 3339.
    case instant
    /// One of these words.
    case choice([String])
    /// Any YAML value: numbers, text, lists and mappings of them.
    case anything
    /// A mapping with known keys.
    case mapping(MappingGrammar)
    /// A list of such values.
    case list(ValueGrammar)
    /// A mapping from names to such values.
    case named(ValueGrammar)
    /// A mapping from action patterns (`employee.view`, `employee.*`, `*`) to such values.
    case byAction(ValueGrammar)
    /// Either of several forms.
    case either([ValueGrammar])
}

/// A mapping of a policy file: the one source of the loader's checks, of the JSON Schemas and of the reference.
public struct MappingGrammar: Sendable, Hashable {
    /// What it is called in messages and documents, such as `grant`.
    public let name: String
    /// What it is for, a sentence.
    public let description: String
    /// Its keys, in the order in which they are best written.
    public let keys: [KeyGrammar]

    init(_ name: String, _ description: String, _ keys: [KeyGrammar]) {
        self.name = name
        self.description = description
        self.keys = keys
    }

    /// The names of the keys.
    public var keyNames: [String] { keys.map(\.name) }
}

/// A key of a mapping.
public struct KeyGrammar: Sendable, Hashable {
    /// As it is written.
    public let name: String
    /// What stands under it.
    public let value: ValueGrammar
    /// Whether it must be there.
    public let isRequired: Bool
    /// What it means, one or two sentences.
    public let description: String

    init(_ name: String, _ value: ValueGrammar, required: Bool = false, _ description: String) {
        self.name = name
        self.value = value
        isRequired = required
        self.description = description
    }
}
