import MarkedYAML

/// Looks up what the rules of one file name, and lays them out by role.
struct RuleCompiler {
    private let source: ModuleSource
    private let roles: RoleTable
    private let derived: [DerivedRoleSource]
    private let idPrefix: String
    /// The names of the module's actions.
    private let declared: [String]
    var conditions: ConditionCompiler
    var log: Diagnostics
    private var ids: [String: Mark] = [:]
    private var derivedRoles: [String: DerivedRole] = [:]

    /// - Parameter idPrefix: what the rules' ids begin with: `employee/`, or `overlay/employee/`.
    init(
        source: ModuleSource, roles: RoleTable, derived: [DerivedRoleSource], conditions: ConditionCompiler,
        idPrefix: String, log: Diagnostics
    ) {
        self.source = source
        self.roles = roles
        self.derived = derived
        self.conditions = conditions
        self.idPrefix = idPrefix
        declared = source.actions.map(\.name.text)
        self.log = log
    }

    mutating func overActions(_ rule: RuleSource) -> RuleOverActions {
        let names = expanded(rule.actions)
        let isForFilters = source.actions.contains { $0.isListable && names.contains($0.name.text) }
        return RuleOverActions(rule: self.rule(rule, isForFilters: isForFilters), actions: names)
    }

    /// The actions that words name, `*` standing for any ending.
    private mutating func expanded(_ words: [Word]) -> [String] {
        var result: [String] = []
        for word in words {
            let matched =
                word.text.hasSuffix("*")
                ? declared.filter { $0.hasPrefix(word.text.dropLast()) } : declared.filter { $0 == word.text }
            if matched.isEmpty {
                log.add(
                    word.mark, "unknown action `\(word.text)` in module `\(source.name.text)`",
                    remedy: Suggestion.remedy(for: word.text, among: declared))
            }
            for name in matched where !result.contains(name) { result.append(name) }
        }
        return result
    }

    mutating func rule(_ rule: RuleSource, isForFilters: Bool) -> CompiledRule {
        let name = rule.id?.text ?? rule.label
        if let id = rule.id { claim(id) }
        if [.own, .subDirect, .subAny].contains(rule.scope) && source.about == nil {
            log.add(
                rule.scopeMark, "scope `\(rule.scope)` in a module without `about`",
                remedy: "say `about:` which attribute names the person a record is about")
        }
        let condition = rule.condition.flatMap { conditions.compile($0, isForFilters: isForFilters, &log) }
        let (plain, derived) = roles(of: rule.roles, isForFilters: isForFilters)
        return CompiledRule(
            id: idPrefix + name, path: log.path, mark: rule.mark, roles: plain, derived: derived, scope: rule.scope,
            condition: condition, validity: rule.validity, breakGlass: rule.breakGlass, explanation: rule.reason)
    }

    mutating func obligation(_ source: ObligationSource) -> (obligation: CompiledObligation, actions: [String]) {
        claim(source.id)
        let names = expanded(source.actions)
        let isListable = self.source.actions.contains { $0.isListable && names.contains($0.name.text) }
        let condition = source.condition.flatMap { conditions.compile($0, isForFilters: false, &log) }
        if isListable, let condition, let text = source.condition, conditions.readsRecord(condition) {
            log.add(
                text.mark, "the condition of obligation `\(source.id.text)` depends on the record of a listable action",
                remedy: "an obligation that differs by row cannot go with a list: name other actions, or other facts")
        }
        if case .approval(let by, _, _) = source.rule {
            for name in by where roles.numbers[name] == nil {
                log.add(
                    source.id.mark, "unknown role `\(name)` in `by`",
                    remedy: Suggestion.remedy(for: name, among: roles.names))
            }
        }
        let obligation = CompiledObligation(
            id: idPrefix + source.id.text, path: log.path, mark: source.id.mark,
            roles: roles(of: source.roles, isForFilters: false).plain, condition: condition, rule: source.rule)
        return (obligation, names)
    }

    private mutating func claim(_ id: Word) {
        if let first = ids[id.text] {
            log.add(id.mark, "rule id `\(id.text)` is already used at \(first)", remedy: "choose another id")
        }
        ids[id.text] = id.mark
    }

    private mutating func roles(of words: [Word], isForFilters: Bool) -> (plain: [Int], derived: [DerivedRole]) {
        var plain: [Int] = []
        var found: [DerivedRole] = []
        for word in words {
            if let number = roles.numbers[word.text] {
                plain.append(number)
            } else if let source = derived.first(where: { $0.name.text == word.text }) {
                if let role = derivedRole(source, at: word.mark, isForFilters: isForFilters) { found.append(role) }
            } else {
                log.add(
                    word.mark, "unknown role `\(word.text)`",
                    remedy: Suggestion.remedy(for: word.text, among: roles.names + derived.map(\.name.text)))
            }
        }
        return (plain, found)
    }

    /// The derived role in this module; its condition is checked against the module's attributes.
    private mutating func derivedRole(
        _ source: DerivedRoleSource, at mark: Mark, isForFilters: Bool
    ) -> DerivedRole? {
        let key = source.name.text + (isForFilters ? "/filter" : "")
        if let known = derivedRoles[key] { return known }
        var errors = Diagnostics(path: log.path)
        let condition = conditions.compile(source.condition, isForFilters: isForFilters, &errors)
        guard let condition else {
            let causes = errors.errors.map(\.cause).joined(separator: "; ")
            log.add(
                mark, "derived role `\(source.name.text)` does not fit this module: \(causes)",
                remedy: "name other roles here, or change its `when`")
            return nil
        }
        let role = DerivedRole(
            name: source.name.text, parents: source.parents.compactMap { roles.numbers[$0.text] },
            condition: condition)
        derivedRoles[key] = role
        return role
    }

    // MARK: - Layout by role

    /// For each role the rules that it has. Ceilings cap grants of an action; `action` is nil for field classes.
    /// - Parameter rules: The rules as roles have them that they name.
    func rows(_ rules: [HeldRule], grantsOf action: String?) -> RoleRules {
        var result = RoleRules(rows: Array(repeating: [], count: roles.names.count))
        for plain in rules {
            let rule = plain.rule
            let first = result.entries.count
            for role in rule.roles { add(plain, rule, heldThrough: role, nil, action, first, to: &result) }
            for derived in rule.derived {
                let narrowed = HeldRule(rule, scope: rule.scope, through: derived)
                for parent in derived.parents {
                    add(narrowed, rule, heldThrough: parent, derived, action, first, to: &result)
                }
            }
        }
        return result
    }

    /// - Parameter first: where the rule's own entries begin.
    private func add(
        _ held: HeldRule, _ rule: CompiledRule, heldThrough role: Int, _ derived: DerivedRole?, _ action: String?,
        _ first: Int, to result: inout RoleRules
    ) {
        for holder in roles.holders(of: role) {
            var held = held
            if let action, roles.hasCeilings {
                let cap = roles.cap(holder, through: role, module: source.name.text, action: action)
                if cap == .none { continue }
                if cap < rule.scope { held = HeldRule(rule, scope: cap, through: derived) }
            }
            // Of one rule that reaches a role in several ways the widest counts. The rule's own stand last in the row.
            let index = derived == nil && result.rows[holder].last?.rule === rule ? result.rows[holder].count - 1 : nil
            if let index {
                let former = result.rows[holder][index]
                guard former.scope < held.scope else { continue }
                result.rows[holder][index] = held
                for place in first..<result.entries.count where result.entries[place].held === former {
                    result.entries[place].holders.remove(holder)
                }
            } else {
                result.rows[holder].append(held)
            }
            if let place = (first..<result.entries.count).first(where: { result.entries[$0].held === held }) {
                result.entries[place].holders.insert(holder)
            } else {
                result.entries.append(RoleRules.Entry(held: held, holders: RoleBits([holder])))
            }
        }
    }

    func denials(_ rules: [HeldRule]) -> RoleRules {
        var result = rows(rules, grantsOf: nil)
        result.forEveryone = rules.filter { $0.rule.roles.isEmpty && $0.rule.derived.isEmpty }
        return result
    }
}
