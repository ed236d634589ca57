import PolicyCore

/// Writes grammars as JSON Schemas (draft 2020-12). Every mapping becomes a definition, so that one file is enough for an
/// editor without a network.
struct SchemaWriter {
    private var definitions: [OrderedJSON.Member] = []
    private var begun: Set<String> = []

    /// The schema of a kind of file.
    static func document(of kind: PolicyFileKind) -> OrderedJSON {
        var writer = SchemaWriter()
        let whole = writer.mapping(kind.grammar)
        let head = OrderedJSON.object([
            "$schema": .text("https://json-schema.org/draft/2020-12/schema"),
            "title": .text("Bailiwick policies: \(kind.grammar.name)"),
        ])
        return head.with(whole).with(.object(["$defs": .members(writer.definitions)]))
    }

    private mutating func mapping(_ grammar: MappingGrammar) -> OrderedJSON {
        let properties = grammar.keys.map { key in
            let schema = value(key.value).with(.object(["description": .text(key.description)]))
            return OrderedJSON.Member(
                name: key.name, value: schema.with(SchemaRefinements.key(key, of: grammar)))
        }
        var schema = OrderedJSON.object([
            "description": .text(grammar.description),
            "type": SchemaRefinements.mayBeEmpty.contains(grammar.name) ? .texts(["object", "null"]) : .text("object"),
            "properties": .members(properties),
        ])
        let required = grammar.keys.filter { $0.isRequired && !SchemaRefinements.isDemandedAbove($0, of: grammar) }
            .map(\.name)
        if !required.isEmpty { schema = schema.with(.object(["required": .texts(required)])) }
        return schema.with(.object(["additionalProperties": .truth(false)]))
            .with(SchemaRefinements.mapping(grammar))
    }

    private mutating func value(_ value: ValueGrammar) -> OrderedJSON {
        switch value {
        case .text: return .object(["type": .text("string"), "minLength": .integer(1)])
        case .name, .ruleID, .condition, .duration, .instant: return scalar(value)
        case .flag: return .object(["type": .text("boolean")])
        case .choice(let words): return .object(["type": .text("string"), "enum": .texts(words)])
        case .anything: return .object([:])
        case .mapping(let grammar):
            let name = grammar.name.replacing(" ", with: "_")
            // Marked ahead of its content: a grammar may hold itself.
            if begun.insert(name).inserted {
                let schema = mapping(grammar)
                definitions.append(OrderedJSON.Member(name: name, value: schema))
            }
            return Self.reference(name)
        case .list(let item):
            if case .mapping = item {
                return .object(["type": .texts(["array", "null"]), "items": self.value(item)])
            }
            // An empty text in a list is told by what it should name, if by anything.
            let items = item == .text ? OrderedJSON.object(["type": .text("string")]) : self.value(item)
            return .object(["type": .text("array"), "items": items, "uniqueItems": .truth(true)])
        case .named(let item):
            return .object([
                "type": .texts(["object", "null"]), "propertyNames": scalar(.name),
                "additionalProperties": self.value(item),
            ])
        case .byAction(let item):
            return .object([
                "type": .text("object"),
                "propertyNames": .object(["pattern": .text(#"^(\*|[a-z][a-z0-9_]*\.(\*|[a-z][a-z0-9_]*))$"#)]),
                "additionalProperties": self.value(item),
            ])
        case .either(let forms): return .object(["anyOf": .list(forms.map { self.value($0) })])
        }
    }

    /// A reference to the definition of a scalar.
    private mutating func scalar(_ value: ValueGrammar) -> OrderedJSON {
        guard let (name, schema) = Self.scalars[value] else { return .object([:]) }
        if begun.insert(name).inserted { definitions.append(OrderedJSON.Member(name: name, value: schema)) }
        return Self.reference(name)
    }

    private static func reference(_ name: String) -> OrderedJSON { .object(["$ref": .text("#/$defs/\(name)")]) }

    /// The scalars that have a form of their own.
    private static let scalars: [ValueGrammar: (name: String, schema: OrderedJSON)] = [
        .name: ("name", string("^[a-z][a-z0-9_]*$", longest: 64, "Lower-case letters, digits and `_`.")),
        .ruleID: ("rule_id", string("^[a-z][a-z0-9_-]*$", longest: 64, "Lower-case letters, digits, `_` and `-`.")),
        .condition: (
            "condition",
            .object(["type": .text("string"), "minLength": .integer(1), "description": .text("A condition in CEL.")])
        ),
        .duration: ("duration", string("^0*[1-9][0-9]*[smhd]$", longest: 20, "A number and `s`, `m`, `h` or `d`.")),
        .instant: (
            "instant",
            string(
                #"^\d{4}-\d{2}-\d{2}([Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2}))?$"#, longest: 64,
                "A day (its beginning in UTC), or an instant of RFC 3339.")
        ),
    ]

    private static func string(_ pattern: String, longest: Int, _ description: String) -> OrderedJSON {
        .object([
            "type": .text("string"), "pattern": .text(pattern), "maxLength": .integer(longest),
            "description": .text(description),
        ])
    }
}
