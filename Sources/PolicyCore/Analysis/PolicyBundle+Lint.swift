import MarkedYAML

extension PolicyBundle {
    /// What is probably not meant, in reading order. A bundle with findings works all the same.
    public func lint() -> [LintFinding] {
        var findings = emptyRoles()
        for module in modules.values {
            findings += unreachableGrants(module)
            findings += unusedActions(module)
            findings += fields(module)
        }
        return findings.sorted { PlacedError.inReadingOrder($0.place, $1.place) }
    }

    private func emptyRoles() -> [LintFinding] {
        roleDeclarations.enumerated().compactMap { number, role in
            let hasGrant = modules.values.contains { module in
                module.actions.contains { $0.rules.grants?.isGranted(to: number) ?? false }
            }
            if hasGrant { return nil }
            return LintFinding(
                .emptyRole, path: role.path, role.mark, "role `\(role.name)` is granted nothing by any module",
                remedy: "grant it something, or remove it")
        }
    }

    private func unreachableGrants(_ module: CompiledModule) -> [LintFinding] {
        var findings: [LintFinding] = []
        for (index, grant) in module.grants.enumerated() {
            let rule = grant.rule
            if rule.scope == .none {
                findings.append(
                    LintFinding(
                        .unreachableGrant, path: rule.path, rule.mark, "`\(rule.id)` has scope `none` and never allows",
                        remedy: "remove it, or give it another scope"))
                continue
            }
            if let other = module.grants.enumerated().first(where: {
                $0 != index && covers($1, grant, isEarlier: $0 < index)
            }) {
                findings.append(
                    LintFinding(
                        .unreachableGrant, path: rule.path, rule.mark,
                        "`\(rule.id)` allows nothing that `\(other.element.rule.id)` does not", remedy: "remove it"))
            }
            if let denial = module.denials.first(where: { alwaysBeats($0, grant) }) {
                findings.append(
                    LintFinding(
                        .alwaysDenied, path: rule.path, rule.mark,
                        "`\(rule.id)` is always beaten by denial `\(denial.rule.id)`",
                        remedy: "remove one of them, or narrow the denial"))
            }
        }
        return findings
    }

    /// Whether `wider` allows everything that `grant` allows; of two equal ones the earlier counts.
    private func covers(_ wider: RuleOverActions, _ grant: RuleOverActions, isEarlier: Bool) -> Bool {
        guard !wider.rule.isConditional || Self.demandsAlike(wider.rule, grant.rule), wider.rule.derived.isEmpty,
            grant.rule.derived.isEmpty, wider.rule.scope >= grant.rule.scope,
            Set(grant.actions).isSubset(of: wider.actions),
            holders(grant.rule).isSubset(of: holders(wider.rule))
        else { return false }
        let isSame =
            Self.demandsAlike(wider.rule, grant.rule) && wider.rule.scope == grant.rule.scope
            && Set(grant.actions) == Set(wider.actions) && holders(grant.rule) == holders(wider.rule)
        return !isSame || isEarlier
    }

    private static func demandsAlike(_ left: CompiledRule, _ right: CompiledRule) -> Bool {
        left.condition?.text == right.condition?.text && left.validity == right.validity
            && left.breakGlass == right.breakGlass
    }

    private func alwaysBeats(_ denial: RuleOverActions, _ grant: RuleOverActions) -> Bool {
        !denial.rule.isConditional && denial.rule.derived.isEmpty && denial.rule.scope >= grant.rule.scope
            && Set(grant.actions).isSubset(of: denial.actions)
            && (denial.rule.roles.isEmpty || holders(grant.rule).isSubset(of: holders(denial.rule)))
    }

    private func holders(_ rule: CompiledRule) -> Set<Int> {
        Set(rule.roles.flatMap { roles.holders(of: $0) })
    }

    private func unusedActions(_ module: CompiledModule) -> [LintFinding] {
        module.actions.compactMap { action in
            if roles.names.indices.contains(where: { action.rules.grants?.isGranted(to: $0) ?? false }) { return nil }
            return LintFinding(
                .unusedAction, path: module.path, action.mark, "nobody is granted `\(module.name).\(action.name)`",
                remedy: "grant it to a role, or remove the action")
        }
    }

    private func fields(_ module: CompiledModule) -> [LintFinding] {
        let classed = Set(module.classes.flatMap(\.fieldClass.fields))
        var findings = module.attributes.filter { !classed.contains($0.name) }.map { attribute in
            LintFinding(
                .fieldWithoutClass, path: module.path, attribute.mark,
                "field `\(attribute.name)` is in no class, so nobody reads it",
                remedy: "put it into a class of `fields`")
        }
        for fieldClass in module.classes where fieldClass.readRules.allSatisfy({ $0.scope == .none }) {
            findings.append(
                LintFinding(
                    .unreadableClass, path: module.path, fieldClass.mark,
                    "nobody may read field class `\(fieldClass.fieldClass.name)`", remedy: "add a line to its `read`"))
        }
        return findings
    }
}
