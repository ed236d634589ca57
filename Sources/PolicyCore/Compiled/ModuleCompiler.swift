import MarkedYAML
import WireFormat

/// Builds the tables of one module.
struct ModuleCompiler {
    let source: ModuleSource
    private let roles: RoleTable
    private(set) var rules: RuleCompiler

    /// The module's own errors.
    var log: Diagnostics { rules.log }

    init(
        source: ModuleSource, roles: RoleTable, derived: [DerivedRoleSource], names: NameTable, log: Diagnostics
    ) {
        self.source = source
        self.roles = roles
        rules = RuleCompiler(
            source: source, roles: roles, derived: derived,
            conditions: ConditionCompiler(attributes: source.attributes, names: names, roles: roles),
            idPrefix: source.name.text + "/", log: log)
    }

    /// What was looked up, before overlays have added their slots.
    struct Parts {
        let about: AboutAttribute?
        let grants: [RuleOverActions]
        let denials: [RuleOverActions]
        let actions: [CompiledAction]
        /// The actions' regions, in their order.
        let regions: [TableRegion?]
        let classes: [CompiledClass]
    }

    mutating func parts() -> Parts {
        let about = aboutAttribute()
        let grants = source.grants.map { rules.overActions($0) }
        let denials = source.denials.map { rules.overActions($0) }
        let obligations = source.obligations.map { rules.obligation($0) }
        let classes = fieldClasses()
        let layers = source.actions.map { action in
            let name = action.name.text
            return ActionLayer(
                grants: rules.rows(Self.rules(grants, for: name), grantsOf: name),
                denials: rules.denials(Self.rules(denials, for: name)),
                obligations: obligations.filter { $0.actions.contains(name) }.map(\.obligation),
                roleCount: roles.names.count)
        }
        let actions = zip(source.actions, layers).map { action, layer in
            CompiledAction(
                name: action.name.text, isListable: action.isListable, mark: action.name.mark, rules: layer.rules)
        }
        return Parts(
            about: about, grants: grants, denials: denials, actions: actions, regions: layers.map(\.region),
            classes: classes)
    }

    func module(_ parts: Parts, sources: [SlotSource]) -> CompiledModule {
        CompiledModule(
            name: source.name.text, path: source.path, owner: source.owner, about: parts.about,
            attributes: source.attributes, actions: parts.actions, grants: parts.grants, denials: parts.denials,
            classes: parts.classes, sources: sources, columns: rules.conditions.columns.table(),
            roleCount: roles.names.count)
    }

    /// The rules of an overlay for this module, by action; its conditions share the module's slots.
    mutating func overlay(
        _ overlay: OverlayModuleSource, path: String, derived: [DerivedRoleSource], names: NameTable
    ) -> (layers: [String: ActionLayer], errors: [PlacedError]) {
        var conditions = rules.conditions
        conditions.use(names)
        var compiler = RuleCompiler(
            source: source, roles: roles, derived: derived, conditions: conditions,
            idPrefix: "overlay/\(source.name.text)/", log: Diagnostics(path: path))
        let grants = overlay.grants.map { compiler.overActions($0) }
        let denials = overlay.denials.map { compiler.overActions($0) }
        let obligations = overlay.obligations.map { compiler.obligation($0) }
        var result: [String: ActionLayer] = [:]
        for action in source.actions {
            let name = action.name.text
            let granted = Self.rules(grants, for: name)
            let denied = Self.rules(denials, for: name)
            let owed = obligations.filter { $0.actions.contains(name) }.map(\.obligation)
            if granted.isEmpty && denied.isEmpty && owed.isEmpty { continue }
            result[name] = ActionLayer(
                grants: granted.isEmpty ? nil : compiler.rows(granted, grantsOf: nil),
                denials: compiler.denials(denied), obligations: owed, roleCount: roles.names.count)
        }
        rules.conditions.adoptSlots(of: compiler.conditions)
        return (result, compiler.log.errors)
    }

    private static func rules(_ all: [RuleOverActions], for action: String) -> [HeldRule] {
        all.compactMap { $0.actions.contains(action) ? $0.plain : nil }
    }

    private mutating func aboutAttribute() -> AboutAttribute? {
        guard let about = source.about else { return nil }
        guard let attribute = source.attributes.first(where: { $0.name == about.text }) else {
            rules.log.add(
                about.mark, "unknown attribute `\(about.text)`",
                remedy: Suggestion.remedy(for: about.text, among: source.attributes.map(\.name)))
            return nil
        }
        switch attribute.type {
        case .employee: return AboutAttribute(name: about.text, person: .employee)
        case .member: return AboutAttribute(name: about.text, person: .member)
        default:
            rules.log.add(
                about.mark, "attribute `\(about.text)` is of type `\(attribute.type.name)`",
                remedy: "`about` names an attribute of type `employee` or `member`")
            return nil
        }
    }

    /// Lines of a field class by role.
    private func grants(_ lines: [CompiledRule]) -> GrantIndex {
        let held = rules.rows(lines.map { HeldRule($0, scope: $0.scope) }, grantsOf: nil)
        return GrantIndex(held, conditional: held.conditional)
    }

    private mutating func fieldClasses() -> [CompiledClass] {
        if source.classes.count > FieldAccess.mostClasses {
            rules.log.add(
                source.classes[FieldAccess.mostClasses].name.mark, "more than \(FieldAccess.mostClasses) field classes",
                remedy: "join classes that have the same rules")
            return []
        }
        var seen: [String: Word] = [:]
        return source.classes.map { fieldClass in
            for field in fieldClass.fields {
                if !source.attributes.contains(where: { $0.name == field.text }) {
                    rules.log.add(
                        field.mark, "unknown field `\(field.text)`",
                        remedy: Suggestion.remedy(for: field.text, among: source.attributes.map(\.name)))
                } else if let first = seen[field.text] {
                    rules.log.add(
                        field.mark, "field `\(field.text)` is already in a class at \(first.mark)",
                        remedy: "a field is in one class")
                } else {
                    seen[field.text] = field
                }
            }
            let read = fieldClass.read.map { rules.rule($0, isForFilters: true) }
            let write = fieldClass.write.map { rules.rule($0, isForFilters: true) }
            return CompiledClass(
                fieldClass: FieldClass(
                    name: fieldClass.name.text, fields: fieldClass.fields.map(\.text),
                    isSensitive: fieldClass.isSensitive),
                mark: fieldClass.name.mark, read: grants(read), write: grants(write), readRules: read)
        }
    }
}
