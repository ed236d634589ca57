import MarkedYAML

/// A module file as it was written: well-formed, names not yet looked up.
struct ModuleSource {
    let name: Word
    let path: String
    let node: YAMLNode
    let owner: String
    let about: Word?
    let attributes: [AttributeDeclaration]
    let actions: [ActionSource]
    let grants: [RuleSource]
    let denials: [RuleSource]
    let obligations: [ObligationSource]
    let classes: [ClassSource]
    let names: NamesSource
}

/// The constants and variables that a file declares, and the shared files that it takes more from.
struct NamesSource {
    var imports: [Word] = []
    var constants: [(name: Word, value: YAMLNode)] = []
    var variables: [(name: Word, condition: ConditionSource)] = []

    var isEmpty: Bool { imports.isEmpty && constants.isEmpty && variables.isEmpty }
}

/// A declared action.
struct ActionSource {
    let name: Word
    let isListable: Bool
}

/// A grant, a denial or a line of a field class.
struct RuleSource {
    /// What it is called in messages and, without an `id`, in answers: `grant[0]`.
    let label: String
    let id: Word?
    let mark: Mark
    let roles: [Word]
    let namesRoles: Bool
    let actions: [Word]
    let scope: Scope
    let scopeMark: Mark
    let condition: ConditionSource?
    let reason: String?
    /// When it counts; nil for always.
    let validity: Validity?
    /// For how long an emergency may last; nil for a rule that needs none.
    let breakGlass: Duration?
}

/// An obligation.
struct ObligationSource {
    let id: Word
    let actions: [Word]
    let roles: [Word]
    let condition: ConditionSource?
    let rule: ObligationRule
}

/// A condition as it was written.
struct ConditionSource {
    let text: String
    let mark: Mark
    /// Whether offsets within the text are columns of the file.
    let isExact: Bool
}

/// A field class.
struct ClassSource {
    let name: Word
    let fields: [Word]
    let isSensitive: Bool
    let read: [RuleSource]
    let write: [RuleSource]
}
