import PolicyCore

/// What the loader asks beyond the grammar's keys and values, in the words of JSON Schema.
enum SchemaRefinements {
    /// Mappings that may be left empty: `view:` declares an action.
    static let mayBeEmpty: Set<String> = [PolicyGrammar.role.name, PolicyGrammar.action.name]

    /// What holds between the keys of a mapping.
    static func mapping(_ grammar: MappingGrammar) -> OrderedJSON {
        switch grammar {
        case PolicyGrammar.grant, PolicyGrammar.denial, PolicyGrammar.fieldRule:
            .object([
                "dependentSchemas": .object([
                    "depth": .object([
                        "properties": .object(["scope": .object(["const": .text("sub")])]),
                        "required": .texts(["scope"]),
                    ])
                ])
            ])
        case PolicyGrammar.attribute: when("type", is: "enum", requires: ["values"], allows: ["values"])
        case PolicyGrammar.obligation:
            .object([
                "allOf": .list([
                    when("type", is: "step_up", requires: ["max_age"], allows: ["max_age", "methods"]),
                    when("type", is: "approval", requires: ["by"], allows: ["by", "valid_for"]),
                ])
            ])
        default: .object([:])
        }
    }

    /// Whether a key is demanded by what holds the mapping: only the class `history` may have no fields, and a class does
    /// not know its own name.
    static func isDemandedAbove(_ key: KeyGrammar, of grammar: MappingGrammar) -> Bool {
        grammar == PolicyGrammar.fieldClass && key.name == "fields"
    }

    private static let fieldClasses: OrderedJSON = {
        let reference = OrderedJSON.object(["$ref": .text("#/$defs/field_class")])
        return .object([
            "properties": .object(["history": reference]),
            "additionalProperties": .object([
                "allOf": .list([
                    reference,
                    .object([
                        "required": .texts(["fields"]),
                        "properties": .object(["fields": .object(["minItems": .integer(1)])]),
                    ]),
                ])
            ]),
        ])
    }()

    /// What holds for the value of one key.
    static func key(_ key: KeyGrammar, of grammar: MappingGrammar) -> OrderedJSON {
        if grammar == PolicyGrammar.module && key.name == "fields" { return fieldClasses }
        guard case .list(let item) = key.value else { return .object([:]) }
        if case .mapping = item { return .object([:]) }
        let isForPolicies = PolicyFileKind.tests.grammar != grammar && !grammar.name.hasPrefix("test ")
        let mustHoldSomething =
            key.isRequired && !isDemandedAbove(key, of: grammar)
            || grammar == PolicyGrammar.denial && key.name == "roles"
            || grammar == PolicyGrammar.obligation && key.name == "by"
            || grammar == PolicyGrammar.attribute && key.name == "values"
        return isForPolicies && mustHoldSomething ? .object(["minItems": .integer(1)]) : .object([:])
    }

    /// `requires` for one value of a key, and `allows` for no other.
    private static func when(
        _ key: String, is value: String, requires: [String], allows: [String]
    ) -> OrderedJSON {
        .object([
            "if": .object([
                "properties": .object([:]).with(
                    .members([OrderedJSON.Member(name: key, value: .object(["const": .text(value)]))])),
                "required": .texts([key]),
            ]),
            "then": .object(["required": .texts(requires)]),
            "else": .object([
                "properties": .members(allows.map { OrderedJSON.Member(name: $0, value: .truth(false)) })
            ]),
        ])
    }
}
