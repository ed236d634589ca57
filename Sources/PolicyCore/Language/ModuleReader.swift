import MarkedYAML

/// Reads the form of a module file: keys, kinds and names; what the names mean is looked up by the compiler.
struct ModuleReader {
    static func read(_ node: YAMLNode, _ log: inout Diagnostics) -> ModuleSource? {
        guard let reader = MappingReader(node, of: "a module", as: PolicyGrammar.module, &log) else { return nil }
        let name = reader.name("module", &log)
        let attributes = reader.named("attributes", &log).compactMap { attribute($0.name, $0.value, &log) }
        let actions = reader.named("actions", &log).compactMap { action($0.name, $0.value, &log) }
        if !reader.has("actions") {
            reader.missing("actions", of: "the module", &log, remedy: "declare what can be done, such as `view:`")
        }
        let grants = reader.items("grants", &log).enumerated().compactMap { index, item in
            RuleReader.read(item, "grant[\(index)]", as: PolicyGrammar.grant, &log)
        }
        let denials = reader.items("denials", &log).enumerated().compactMap { index, item in
            RuleReader.read(item, "denial[\(index)]", as: PolicyGrammar.denial, &log)
        }
        let obligations = reader.items("obligations", &log).enumerated().compactMap { index, item in
            ObligationReader.read(item, "obligation[\(index)]", &log)
        }
        let classes = reader.named("fields", &log).compactMap { fieldClass($0.name, $0.value, &log) }
        let owner = owner(reader, &log)
        guard let name else { return nil }
        return ModuleSource(
            name: name, path: log.path, node: node, owner: owner, about: reader.name("about", &log),
            attributes: attributes, actions: actions, grants: grants, denials: denials, obligations: obligations,
            classes: classes, names: NamesReader.read(reader, &log))
    }

    private static func owner(_ reader: MappingReader, _ log: inout Diagnostics) -> String {
        guard let owner = reader.name("owner", &log) else {
            if !reader.has("owner") {
                reader.missing(
                    "owner", of: "the module", &log,
                    remedy: "name the service that states its facts, such as `owner: hr`")
            }
            return ""
        }
        if !PolicyBundle.owners.contains(owner.text) {
            log.add(
                owner.mark, "unknown service `\(owner.text)`",
                remedy: Suggestion.remedy(for: owner.text, among: PolicyBundle.owners))
        }
        return owner.text
    }

    private static func attribute(
        _ name: Word, _ node: YAMLNode, _ log: inout Diagnostics
    ) -> AttributeDeclaration? {
        let known = AttributeType.names.keys.sorted() + ["enum"]
        if let text = node.string {
            guard let type = AttributeType.names[text] else {
                let remedy =
                    text == "enum"
                    ? "write `{type: enum, values: [a, b]}`" : Suggestion.remedy(for: text, among: known)
                log.add(node.mark, "unknown type `\(text)`", remedy: remedy)
                return nil
            }
            return AttributeDeclaration(name: name.text, mark: name.mark, type: type, isSealed: false)
        }
        let what = "attribute `\(name.text)`"
        guard let reader = MappingReader(node, of: what, as: PolicyGrammar.attribute, &log) else { return nil }
        guard let word = reader.text("type", &log) else {
            if !reader.has("type") { reader.missing("type", of: what, &log, remedy: "write `type: string`") }
            return nil
        }
        let isSealed = reader.flag("sealed", &log)
        let values = reader.words("values", &log)
        if word.text == "enum" {
            guard let values, !values.isEmpty else {
                reader.missing("values", of: what, &log, remedy: "write `values: [a, b]`")
                return nil
            }
            return AttributeDeclaration(
                name: name.text, mark: name.mark, type: .enumeration(values.map(\.text)), isSealed: isSealed)
        }
        guard let type = AttributeType.names[word.text] else {
            log.add(
                word.mark, "unknown type `\(word.text)`", remedy: Suggestion.remedy(for: word.text, among: known))
            return nil
        }
        if values != nil {
            log.add(
                reader["values"]?.mark ?? node.mark, "`values` is only for type `enum`", remedy: "write `type: enum`")
        }
        return AttributeDeclaration(name: name.text, mark: name.mark, type: type, isSealed: isSealed)
    }

    private static func action(_ name: Word, _ node: YAMLNode, _ log: inout Diagnostics) -> ActionSource? {
        guard
            let reader = MappingReader(
                node, of: "action `\(name.text)`", as: PolicyGrammar.action, mayBeEmpty: true, &log)
        else { return nil }
        return ActionSource(name: name, isListable: reader.flag("listable", &log))
    }

    private static func fieldClass(_ name: Word, _ node: YAMLNode, _ log: inout Diagnostics) -> ClassSource? {
        let what = "field class `\(name.text)`"
        guard let reader = MappingReader(node, of: what, as: PolicyGrammar.fieldClass, &log) else { return nil }
        let fields = reader.words("fields", &log) ?? []
        if fields.isEmpty && name.text != "history" {
            reader.missing("fields", of: what, &log, remedy: "name the fields in it; only `history` may have none")
        }
        let read = reader.items("read", &log).enumerated().compactMap { index, item in
            RuleReader.read(item, "\(name.text)/read[\(index)]", as: PolicyGrammar.fieldRule, &log)
        }
        let write = reader.items("write", &log).enumerated().compactMap { index, item in
            RuleReader.read(item, "\(name.text)/write[\(index)]", as: PolicyGrammar.fieldRule, &log)
        }
        return ClassSource(
            name: name, fields: fields, isSensitive: reader.flag("sensitive", &log), read: read, write: write)
    }
}
