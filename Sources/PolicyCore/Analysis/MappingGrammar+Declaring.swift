extension MappingGrammar {
    /// A grammar for files that lie beside the policies, such as test suites.
    public init(declaring name: String, for purpose: String, keys: [KeyGrammar]) {
        self.init(name, purpose, keys)
    }
}

extension KeyGrammar {
    /// A key of such a grammar.
    public init(declaring name: String, _ value: ValueGrammar, required: Bool = false, meaning: String) {
        self.init(name, value, required: required, meaning)
    }
}
