import MarkedYAML

/// Reads the form of a module file: keys, kinds and names; what the names mean is looked up by the compiler.
struct ModuleReader {
    private static let moduleKeys = [
        "module", "description", "owner", "about", "attributes", "actions", "grants", "denials", "fields",
    ]
    private static let attributeKeys = ["type", "values", "sealed", "description"]
    private static let actionKeys = ["listable", "description"]
    private static let grantKeys = ["id", "description", "roles", "actions", "scope", "depth", "when"]
    private static let denialKeys = ["id", "description", "roles", "actions", "scope", "depth", "when", "reason"]
    private static let classKeys = ["description", "fields", "sensitive", "read", "write"]
    private static let fieldRuleKeys = ["roles", "scope", "depth", "when"]

    static func read(_ node: YAMLNode, _ log: inout Diagnostics) -> ModuleSource? {
        guard let reader = MappingReader(node, of: "a module", keys: moduleKeys, &log) else { return nil }
        let name = reader.name("module", &log)
        let attributes = reader.named("attributes", &log).compactMap { attribute($0.name, $0.value, &log) }
        let actions = reader.named("actions", &log).compactMap { action($0.name, $0.value, &log) }
        if !reader.has("actions") {
            reader.missing("actions", of: "the module", &log, remedy: "declare what can be done, such as `view:`")
        }
        let grants = reader.items("grants", &log).enumerated().compactMap { index, item in
            rule(item, "grant[\(index)]", keys: grantKeys, &log)
        }
        let denials = reader.items("denials", &log).enumerated().compactMap { index, item in
            rule(item, "denial[\(index)]", keys: denialKeys, &log)
        }
        let classes = reader.named("fields", &log).compactMap { fieldClass($0.name, $0.value, &log) }
        let owner = owner(reader, &log)
        guard let name else { return nil }
        return ModuleSource(
            name: name, path: log.path, node: node, owner: owner, about: reader.name("about", &log),
            attributes: attributes, actions: actions, grants: grants, denials: denials, classes: classes)
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
        guard let reader = MappingReader(node, of: what, keys: attributeKeys, &log) else { return nil }
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
                node, of: "action `\(name.text)`", keys: actionKeys, mayBeEmpty: true, &log)
        else { return nil }
        return ActionSource(name: name, isListable: reader.flag("listable", &log))
    }

    private static func rule(
        _ node: YAMLNode, _ label: String, keys: [String], _ log: inout Diagnostics
    ) -> RuleSource? {
        guard let reader = MappingReader(node, of: label, keys: keys, &log) else { return nil }
        let isDenial = keys.contains("reason")
        let id = reader.text("id", &log)
        if let id, !Word.isRuleID(id.text) {
            log.add(
                id.mark, "`\(id.text)` is not a rule id",
                remedy: "use lower-case letters, digits, `_` and `-`, beginning with a letter")
        }
        let roles = reader.words("roles", &log)
        if roles == nil && !reader.has("roles") && !isDenial {
            reader.missing("roles", of: label, &log, remedy: "name the roles that it is for")
        }
        if let roles, roles.isEmpty {
            log.add(
                reader["roles"]?.mark ?? node.mark, "`roles` is empty",
                remedy: isDenial ? "leave `roles` out to deny everybody" : "name the roles that it is for")
        }
        let actions: [Word]? = keys.contains("actions") ? reader.words("actions", &log) : []
        if keys.contains("actions"), actions?.isEmpty ?? !reader.has("actions") {
            reader.missing("actions", of: label, &log, remedy: "name actions of this module, or `\"*\"` for all")
        }
        let reason = reader.text("reason", &log)?.text
        if isDenial && !reader.has("reason") {
            reader.missing("reason", of: label, &log, remedy: "say why, for the person who is refused")
        }
        let (scope, scopeMark) = scope(reader, label, isRequired: !isDenial, &log)
        return RuleSource(
            label: label, id: id, mark: node.mark, roles: roles ?? [], namesRoles: reader.has("roles"),
            actions: actions ?? [], scope: scope, scopeMark: scopeMark, condition: condition(reader, &log),
            reason: reason)
    }

    private static func scope(
        _ reader: MappingReader, _ label: String, isRequired: Bool, _ log: inout Diagnostics
    ) -> (Scope, Mark) {
        guard let word = reader.text("scope", &log) else {
            if isRequired && !reader.has("scope") {
                reader.missing("scope", of: label, &log, remedy: "write `scope: none`, `self`, `sub` or `all`")
            }
            if let depth = reader["depth"] {
                log.add(depth.mark, "`depth` is only for `scope: sub`", remedy: "leave it out")
            }
            return (isRequired ? .none : .all, reader.node.mark)
        }
        let depth = reader.text("depth", &log)
        if let depth, word.text != "sub" {
            log.add(depth.mark, "`depth` is only for `scope: sub`", remedy: "leave it out")
        }
        switch word.text {
        case "none": return (.none, word.mark)
        case "self": return (.own, word.mark)
        case "all": return (.all, word.mark)
        case "sub":
            guard let depth else { return (.subAny, word.mark) }
            guard let known = ChainDepth(rawValue: depth.text) else {
                log.add(
                    depth.mark, "unknown depth `\(depth.text)`",
                    remedy: Suggestion.remedy(for: depth.text, among: ChainDepth.allCases.map(\.rawValue)))
                return (.none, word.mark)
            }
            return (known == .direct ? .subDirect : .subAny, word.mark)
        default:
            log.add(
                word.mark, "unknown scope `\(word.text)`",
                remedy: Suggestion.remedy(for: word.text, among: ["none", "self", "sub", "all"]))
            return (.none, word.mark)
        }
    }

    private static func condition(_ reader: MappingReader, _ log: inout Diagnostics) -> ConditionSource? {
        guard let node = reader["when"], let word = reader.text("when", &log) else { return nil }
        return ConditionSource(text: word.text, mark: word.mark, isExact: node.isPlain)
    }

    private static func fieldClass(_ name: Word, _ node: YAMLNode, _ log: inout Diagnostics) -> ClassSource? {
        let what = "field class `\(name.text)`"
        guard let reader = MappingReader(node, of: what, keys: classKeys, &log) else { return nil }
        let fields = reader.words("fields", &log) ?? []
        if fields.isEmpty && name.text != "history" {
            reader.missing("fields", of: what, &log, remedy: "name the fields in it; only `history` may have none")
        }
        let read = reader.items("read", &log).enumerated().compactMap { index, item in
            rule(item, "\(name.text)/read[\(index)]", keys: fieldRuleKeys, &log)
        }
        let write = reader.items("write", &log).enumerated().compactMap { index, item in
            rule(item, "\(name.text)/write[\(index)]", keys: fieldRuleKeys, &log)
        }
        return ClassSource(
            name: name, fields: fields, isSensitive: reader.flag("sensitive", &log), read: read, write: write)
    }
}
