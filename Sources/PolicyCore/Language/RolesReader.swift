import MarkedYAML

/// A role as it was written.
struct RoleSource {
    let name: Word
    let inherits: [Word]
    /// Scopes by action pattern; nil for a role without a ceiling.
    let ceiling: [CeilingLine]?
}

/// A line of a ceiling.
struct CeilingLine {
    let pattern: Word
    let scope: Scope
}

/// A derived role as it was written.
struct DerivedRoleSource {
    let name: Word
    let parents: [Word]
    let condition: ConditionSource
}

/// The roles file.
struct RolesSource {
    let path: String
    let node: YAMLNode
    let roles: [RoleSource]
    let derived: [DerivedRoleSource]
    let isSingleTenant: Bool
}

/// Reads the form of the roles file.
struct RolesReader {
    static func read(_ node: YAMLNode, _ log: inout Diagnostics) -> RolesSource? {
        guard let reader = MappingReader(node, of: "the roles file", as: PolicyGrammar.roles, &log) else {
            return nil
        }
        let roles = reader.named("roles", &log).compactMap { role($0.name, $0.value, &log) }
        if roles.isEmpty { log.add(node.mark, "there are no roles", remedy: "declare at least one below `roles:`") }
        let derived = reader.named("derived_roles", &log).compactMap { derivedRole($0.name, $0.value, &log) }
        for role in derived where roles.contains(where: { $0.name.text == role.name.text }) {
            log.add(role.name.mark, "`\(role.name.text)` is already a role", remedy: "choose another name")
        }
        var isSingleTenant = false
        if let tenancy = reader.text("tenancy", &log) {
            switch tenancy.text {
            case "single": isSingleTenant = true
            case "multiple": break
            default:
                log.add(
                    tenancy.mark, "unknown tenancy `\(tenancy.text)`",
                    remedy: Suggestion.remedy(for: tenancy.text, among: ["single", "multiple"]))
            }
        }
        return RolesSource(
            path: log.path, node: node, roles: roles, derived: derived, isSingleTenant: isSingleTenant)
    }

    private static func role(_ name: Word, _ node: YAMLNode, _ log: inout Diagnostics) -> RoleSource? {
        guard
            let reader = MappingReader(
                node, of: "role `\(name.text)`", as: PolicyGrammar.role, mayBeEmpty: true, &log)
        else { return nil }
        return RoleSource(
            name: name, inherits: reader.words("inherits", &log) ?? [],
            ceiling: reader.has("ceiling") ? ceiling(reader, &log) : nil)
    }

    private static func ceiling(_ reader: MappingReader, _ log: inout Diagnostics) -> [CeilingLine] {
        guard let entries = reader["ceiling"]?.mapping else {
            log.add(
                reader["ceiling"]?.mark ?? reader.node.mark, "`ceiling` is not a mapping",
                remedy: "write lines such as `employee.view: sub`")
            return []
        }
        return entries.compactMap { entry in
            guard let text = entry.value.string, let scope = Scope(word: text) else {
                log.add(
                    entry.value.mark, "unknown scope `\(entry.value.string ?? entry.value.kind)`",
                    remedy: Suggestion.remedy(for: entry.value.string ?? "", among: Scope.words))
                return nil
            }
            return CeilingLine(pattern: Word(text: entry.key, mark: entry.keyMark), scope: scope)
        }
    }

    private static func derivedRole(
        _ name: Word, _ node: YAMLNode, _ log: inout Diagnostics
    ) -> DerivedRoleSource? {
        let what = "derived role `\(name.text)`"
        guard let reader = MappingReader(node, of: what, as: PolicyGrammar.derivedRole, &log) else { return nil }
        let parents = reader.words("of", &log) ?? []
        if parents.isEmpty { reader.missing("of", of: what, &log, remedy: "name the roles whose holders can have it") }
        guard let condition = RuleReader.condition(reader, &log) else {
            if !reader.has("when") { reader.missing("when", of: what, &log, remedy: "say for which records") }
            return nil
        }
        return DerivedRoleSource(name: name, parents: parents, condition: condition)
    }
}
