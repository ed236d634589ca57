import CEL
package import WireFormat

/// A rule, names looked up, as lint compares it with others.
package struct RuleFacts: Sendable {
    /// What it is called and where it is written.
    package let rule: PolicyRule
    /// Its module.
    package let module: String
    /// The organisation whose overlay it is from; nil for the base.
    package let tenant: String?
    /// The field class that it is a line of.
    package let fieldClass: String?
    /// The actions that it names, without the module, wildcards written out.
    package let actions: [String]
    /// The roles that it names; none in a denial for everybody.
    package let roles: [String]
    /// The derived roles that it names.
    package let derivedRoles: [String]
    /// Whoever has one of these roles has the rule, derived roles included; everybody in a denial that names none.
    package let holders: Set<String>
    /// The same by action, where ceilings have left something.
    package let capped: [String: Set<String>]
    /// Over whom.
    package let scope: Scope
    /// Its condition as it was written.
    package let condition: String?
    /// What the condition comes to whatever the facts are; nil when that depends.
    package let constant: Bool?
    /// Everything that it asks for besides the scope, for comparison; empty for nothing.
    package let demands: [String]
    /// When it is over.
    package let until: Instant?
}

extension PolicyBundle {
    /// The grants, denials and field lines of base and overlays, in reading order.
    package var ruleFacts: [RuleFacts] {
        var found: [RuleFacts] = []
        for module in modules.values {
            let capped = Dictionary(uniqueKeysWithValues: module.actions.map { ($0.name, $0.rules.grants) })
            for grant in module.grants { found.append(facts(.grant, grant.rule, module, grant.actions, capped)) }
            for denial in module.denials { found.append(facts(.denial, denial.rule, module, denial.actions, [:])) }
            for each in module.classes {
                let name = each.fieldClass.name
                for rule in Self.distinct(each.read.rows.joined().map(\.rule)) {
                    found.append(facts(.read, rule, module, [], [:], fieldClass: name))
                }
                for rule in Self.distinct(each.write.rows.joined().map(\.rule)) {
                    found.append(facts(.write, rule, module, [], [:], fieldClass: name))
                }
            }
        }
        for (tenant, overlay) in overlays { found += facts(of: overlay, tenant: tenant) }
        return found.sorted { PolicyRule.inReadingOrder($0.rule, $1.rule) }
    }

    /// The attributes of a module with values that they may have, for made-up requests.
    package func attributeExamples(ofType type: String) -> [String: [JSONValue]] {
        var examples: [String: [JSONValue]] = [:]
        for attribute in modules[type]?.attributes ?? [] {
            examples[attribute.name] =
                switch attribute.type {
                case .enumeration(let values): values.map(JSONValue.string)
                case .boolean: [.bool(true), .bool(false)]
                default: [attribute.type.example]
                }
        }
        return examples
    }

    /// Whether a module has a field class that is sensitive.
    package func hasSensitiveClass(type: String) -> Bool {
        modules[type]?.classes.contains { $0.fieldClass.isSensitive } ?? false
    }

    private func facts(of overlay: TenantOverlay, tenant: String) -> [RuleFacts] {
        var actions:
            [ObjectIdentifier: (rule: CompiledRule, kind: PolicyRule.Kind, module: CompiledModule, names: [String])] =
                [:]
        var capped: [String: GrantIndex?] = [:]
        for (name, rules) in overlay.actions {
            guard let entry = self.actions[name] else { continue }
            capped[name] = rules.grants
            func add(_ rule: CompiledRule, _ kind: PolicyRule.Kind) {
                actions[ObjectIdentifier(rule), default: (rule, kind, entry.module, [])].names.append(entry.action.name)
            }
            for rule in Self.distinct((rules.grants?.rows ?? []).joined().map(\.rule)) { add(rule, .grant) }
            for rule in Self.distinct((Array(rules.denials.rows.joined()) + rules.denials.forEveryone).map(\.rule)) {
                add(rule, .denial)
            }
        }
        return actions.values.map { each in
            let indexes = Dictionary(
                uniqueKeysWithValues: each.names.map { ($0, capped["\(each.module.name).\($0)"] ?? nil) })
            return facts(each.kind, each.rule, each.module, each.names.sorted(), indexes, tenant: tenant)
        }
    }

    private func facts(
        _ kind: PolicyRule.Kind, _ rule: CompiledRule, _ module: CompiledModule, _ actions: [String],
        _ indexes: [String: GrantIndex?], tenant: String? = nil, fieldClass: String? = nil
    ) -> RuleFacts {
        let isForEverybody = kind == .denial && rule.roles.isEmpty && rule.derived.isEmpty
        let named = rule.roles + rule.derived.flatMap(\.parents)
        let holders = isForEverybody ? roles.names.indices.map(\.self) : named.flatMap { roles.holders(of: $0) }
        var capped: [String: Set<String>] = [:]
        for action in kind == .grant ? actions : [] {
            guard let rows = indexes[action]??.rows else { continue }
            let left = rows.indices.filter { role in rows[role].contains { $0.rule === rule } }
            capped[action] = Set(left.map { roles.names[$0] })
        }
        var constant: Bool?
        if case .bool(let truth)? = rule.condition?.program.constant { constant = truth }
        var demands: [String] = []
        if let condition = rule.condition { demands.append("when \(condition.text)") }
        if let validity = rule.validity { demands.append("during \(validity)") }
        if let emergency = rule.breakGlass { demands.append("emergency \(emergency)") }
        demands += rule.derived.map { "as \($0.name)" }
        return RuleFacts(
            rule: PolicyRule(kind, rule), module: module.name, tenant: tenant, fieldClass: fieldClass,
            actions: actions, roles: rule.roles.map { roles.names[$0] }, derivedRoles: rule.derived.map(\.name),
            holders: Set(holders.map { roles.names[$0] }), capped: capped, scope: rule.scope,
            condition: rule.condition?.text, constant: constant, demands: demands, until: rule.validity?.until)
    }

    private static func distinct(_ rules: [CompiledRule]) -> [CompiledRule] {
        var seen: Set<ObjectIdentifier> = []
        return rules.filter { seen.insert(ObjectIdentifier($0)).inserted }
    }
}
