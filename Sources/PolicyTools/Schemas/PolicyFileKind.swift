public import PolicyCore

/// A kind of file under `policies/`.
public enum PolicyFileKind: String, Sendable, Hashable, CaseIterable {
    /// `roles.yaml`.
    case roles
    /// One kind of record.
    case module
    /// Constants and variables for several modules.
    case shared
    /// What one organisation narrows.
    case overlay
    /// A test suite.
    case tests

    /// Its grammar.
    public var grammar: MappingGrammar {
        switch self {
        case .roles: PolicyGrammar.roles
        case .module: PolicyGrammar.module
        case .shared: PolicyGrammar.shared
        case .overlay: PolicyGrammar.overlay
        case .tests: SuiteGrammar.suite
        }
    }

    /// The name of its JSON Schema's file.
    public var schemaName: String { "\(rawValue).schema.json" }
}
