import MarkedYAML

/// A role as it was written.
struct RoleSource {
    let name: Word
    let inherits: [Word]
}

/// The roles file.
struct RolesSource {
    let path: String
    let node: YAMLNode
    let roles: [RoleSource]
    let isSingleTenant: Bool
}

/// Reads the form of the roles file.
struct RolesReader {
    static func read(_ node: YAMLNode, _ log: inout Diagnostics) -> RolesSource? {
        guard let reader = MappingReader(node, of: "the roles file", keys: ["roles", "tenancy"], &log) else {
            return nil
        }
        let roles = reader.named("roles", &log).compactMap { name, value -> RoleSource? in
            guard
                let role = MappingReader(
                    value, of: "role `\(name.text)`", keys: ["description", "inherits"], mayBeEmpty: true, &log)
            else { return nil }
            return RoleSource(name: name, inherits: role.words("inherits", &log) ?? [])
        }
        if roles.isEmpty { log.add(node.mark, "there are no roles", remedy: "declare at least one below `roles:`") }
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
        return RolesSource(path: log.path, node: node, roles: roles, isSingleTenant: isSingleTenant)
    }
}
