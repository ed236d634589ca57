import MarkedYAML
import WireFormat

/// Looks up every name of one module and builds its tables.
struct ModuleCompiler {
    private let source: ModuleSource
    private let roles: RoleTable
    private(set) var log: Diagnostics
    private var ids: [String: Mark] = [:]

    init(source: ModuleSource, roles: RoleTable, log: Diagnostics) {
        self.source = source
        self.roles = roles
        self.log = log
    }

    mutating func compile() -> CompiledModule {
        let about = aboutAttribute()
        let grants = source.grants.map { overActions($0) }
        let denials = source.denials.map { overActions($0) }
        let classes = fieldClasses()
        let actions = source.actions.map { action in
            CompiledAction(
                name: action.name.text, isListable: action.isListable, mark: action.name.mark,
                grants: GrantIndex(rules(grants, for: action.name.text), roles: roles),
                denials: DenialIndex(rules(denials, for: action.name.text), roles: roles))
        }
        return CompiledModule(
            name: source.name.text, path: source.path, owner: source.owner, about: about,
            attributes: source.attributes, actions: actions, grants: grants, denials: denials, classes: classes)
    }

    private func rules(_ all: [RuleOverActions], for action: String) -> [CompiledRule] {
        all.filter { $0.actions.contains(action) }.map(\.rule)
    }

    private mutating func aboutAttribute() -> AboutAttribute? {
        guard let about = source.about else { return nil }
        guard let attribute = source.attributes.first(where: { $0.name == about.text }) else {
            log.add(
                about.mark, "unknown attribute `\(about.text)`",
                remedy: Suggestion.remedy(for: about.text, among: source.attributes.map(\.name)))
            return nil
        }
        switch attribute.type {
        case .employee: return AboutAttribute(name: about.text, person: .employee)
        case .member: return AboutAttribute(name: about.text, person: .member)
        default:
            log.add(
                about.mark, "attribute `\(about.text)` is of type `\(attribute.type.name)`",
                remedy: "`about` names an attribute of type `employee` or `member`")
            return nil
        }
    }

    private mutating func overActions(_ rule: RuleSource) -> RuleOverActions {
        let names = expanded(rule.actions)
        let listable = Set(source.actions.filter(\.isListable).map(\.name.text))
        let compiled = self.rule(rule, isForFilters: !listable.isDisjoint(with: names))
        return RuleOverActions(rule: compiled, actions: names)
    }

    /// The actions that words name, `*` standing for any ending.
    private mutating func expanded(_ words: [Word]) -> [String] {
        let declared = source.actions.map(\.name.text)
        var result: [String] = []
        for word in words {
            let matched: [String]
            if word.text.hasSuffix("*") {
                matched = declared.filter { $0.hasPrefix(word.text.dropLast()) }
            } else {
                matched = declared.filter { $0 == word.text }
            }
            if matched.isEmpty {
                log.add(
                    word.mark, "unknown action `\(word.text)` in module `\(source.name.text)`",
                    remedy: Suggestion.remedy(for: word.text, among: declared))
            }
            for name in matched where !result.contains(name) { result.append(name) }
        }
        return result
    }

    private mutating func rule(_ rule: RuleSource, isForFilters: Bool) -> CompiledRule {
        let name = rule.id?.text ?? rule.label
        if let id = rule.id {
            if let first = ids[id.text] {
                log.add(id.mark, "rule id `\(id.text)` is already used at \(first)", remedy: "choose another id")
            }
            ids[id.text] = id.mark
        }
        if [.own, .subDirect, .subAny].contains(rule.scope) && source.about == nil {
            log.add(
                rule.scopeMark, "scope `\(rule.scope)` in a module without `about`",
                remedy: "say `about:` which attribute names the person a record is about")
        }
        let condition = rule.condition.flatMap {
            ConditionParser.parse($0, attributes: source.attributes, refusesSealed: isForFilters, &log)
        }
        return CompiledRule(
            id: "\(source.name.text)/\(name)", path: source.path, mark: rule.mark, roles: numbers(of: rule.roles),
            scope: rule.scope, condition: condition, conditionText: rule.condition?.text,
            explanation: rule.reason)
    }

    private mutating func numbers(of words: [Word]) -> [Int] {
        var result: [Int] = []
        for word in words {
            if let number = roles.numbers[word.text] {
                result.append(number)
            } else {
                log.add(
                    word.mark, "unknown role `\(word.text)`",
                    remedy: Suggestion.remedy(for: word.text, among: roles.names))
            }
        }
        return result
    }

    private mutating func fieldClasses() -> [CompiledClass] {
        if source.classes.count > FieldAccess.mostClasses {
            log.add(
                source.classes[FieldAccess.mostClasses].name.mark, "more than \(FieldAccess.mostClasses) field classes",
                remedy: "join classes that have the same rules")
            return []
        }
        var seen: [String: Word] = [:]
        var compiled: [CompiledClass] = []
        for fieldClass in source.classes {
            for field in fieldClass.fields {
                if !source.attributes.contains(where: { $0.name == field.text }) {
                    log.add(
                        field.mark, "unknown field `\(field.text)`",
                        remedy: Suggestion.remedy(for: field.text, among: source.attributes.map(\.name)))
                } else if let first = seen[field.text] {
                    log.add(
                        field.mark, "field `\(field.text)` is already in a class at \(first.mark)",
                        remedy: "a field is in one class")
                } else {
                    seen[field.text] = field
                }
            }
            let read = fieldClass.read.map { rule($0, isForFilters: true) }
            let write = fieldClass.write.map { rule($0, isForFilters: true) }
            compiled.append(
                CompiledClass(
                    fieldClass: FieldClass(
                        name: fieldClass.name.text, fields: fieldClass.fields.map(\.text),
                        isSensitive: fieldClass.isSensitive),
                    mark: fieldClass.name.mark, read: GrantIndex(read, roles: roles),
                    write: GrantIndex(write, roles: roles), readRules: read))
        }
        return compiled
    }
}
