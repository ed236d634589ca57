import MarkedYAML

/// Reads a grant, a denial or a line of a field class.
enum RuleReader {
    static func read(
        _ node: YAMLNode, _ label: String, as grammar: MappingGrammar, _ log: inout Diagnostics
    ) -> RuleSource? {
        guard let reader = MappingReader(node, of: label, as: grammar, &log) else { return nil }
        let keys = grammar.keyNames
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
            reason: reason, validity: reader.validity(&log), breakGlass: reader.duration("break_glass", &log))
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

    static func condition(_ reader: MappingReader, _ log: inout Diagnostics) -> ConditionSource? {
        guard let node = reader["when"], let word = reader.text("when", &log) else { return nil }
        return ConditionSource(text: word.text, mark: word.mark, isExact: node.isPlain)
    }
}
