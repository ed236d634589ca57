import MarkedYAML

/// A grant or a denial as it was written, names looked up. A class, so that passing one on costs one reference.
final class CompiledRule: Sendable {
    /// Stable within a bundle: `employee/own-record`, or `employee/grant[2]` for one without an `id`.
    let id: String
    let path: String
    let mark: Mark
    /// The roles it names; empty in a denial for everybody.
    let roles: [Int]
    /// The derived roles it names.
    let derived: [DerivedRole]
    let scope: Scope
    /// Nil when there is none.
    let condition: Condition?
    let validity: Validity?
    let breakGlass: Duration?
    /// What a denial says to people.
    let explanation: String?

    init(
        id: String, path: String, mark: Mark, roles: [Int], derived: [DerivedRole], scope: Scope,
        condition: Condition?, validity: Validity?, breakGlass: Duration?, explanation: String?
    ) {
        self.id = id
        self.path = path
        self.mark = mark
        self.roles = roles
        self.derived = derived
        self.scope = scope
        self.condition = condition
        self.validity = validity
        self.breakGlass = breakGlass
        self.explanation = explanation
    }

    /// Adds what must hold beside the scope.
    fileprivate func addDemands(to parts: inout [Predicate]) {
        if let validity { parts.append(.during(validity)) }
        if let breakGlass { parts.append(.emergency(breakGlass)) }
        if let condition { parts.append(.condition(condition)) }
    }

    /// Whether it depends on anything but the scope.
    var isConditional: Bool { condition != nil || validity != nil || breakGlass != nil }
}

/// A role that follows from a fact about the record, in one module.
final class DerivedRole: Sendable {
    let name: String
    let parents: [Int]
    let condition: Condition

    init(name: String, parents: [Int], condition: Condition) {
        self.name = name
        self.parents = parents
        self.condition = condition
    }
}

/// A rule as one role has it: capped by ceilings, narrowed by the derived role through which it comes.
final class HeldRule: Sendable {
    let rule: CompiledRule
    let scope: Scope
    let predicate: Predicate
    let isConditional: Bool
    /// Whether it is a grant for emergencies.
    let isForEmergencies: Bool

    init(_ rule: CompiledRule, scope: Scope, through derived: DerivedRole? = nil) {
        self.rule = rule
        self.scope = scope
        var parts: [Predicate] = []
        if scope != .all { parts.append(.reach(scope)) }
        if let derived { parts.append(.condition(derived.condition)) }
        rule.addDemands(to: &parts)
        predicate = parts.isEmpty ? .reach(.all) : parts.count == 1 ? parts[0] : .and(parts)
        isConditional = rule.isConditional || derived != nil
        isForEmergencies = rule.breakGlass != nil
    }
}

/// What decides one action: the rules of the base, or of an overlay. A class, so that passing them on costs one
/// reference.
final class ActionRules: Sendable {
    /// Nil where an overlay grants nothing and so leaves the base's grants alone.
    let grants: GrantIndex?
    let denials: DenialIndex
    let obligations: [CompiledObligation]

    init(grants: GrantIndex?, denials: DenialIndex, obligations: [CompiledObligation]) {
        self.grants = grants
        self.denials = denials
        self.obligations = obligations
    }
}

/// An obligation, names looked up.
final class CompiledObligation: Sendable {
    /// `employee/fresh-login`.
    let id: String
    let path: String
    let mark: Mark
    /// The roles whose holders it is for; empty for everybody.
    let roles: [Int]
    let condition: Condition?
    let rule: ObligationRule

    init(id: String, path: String, mark: Mark, roles: [Int], condition: Condition?, rule: ObligationRule) {
        self.id = id
        self.path = path
        self.mark = mark
        self.roles = roles
        self.condition = condition
        self.rule = rule
    }
}

/// An action, compiled.
final class CompiledAction: Sendable {
    let name: String
    let isListable: Bool
    let mark: Mark
    let rules: ActionRules

    init(name: String, isListable: Bool, mark: Mark, rules: ActionRules) {
        self.name = name
        self.isListable = isListable
        self.mark = mark
        self.rules = rules
    }
}

/// A field class, compiled.
final class CompiledClass: Sendable {
    let fieldClass: FieldClass
    let mark: Mark
    let read: GrantIndex
    let write: GrantIndex
    let readRules: [CompiledRule]

    init(fieldClass: FieldClass, mark: Mark, read: GrantIndex, write: GrantIndex, readRules: [CompiledRule]) {
        self.fieldClass = fieldClass
        self.mark = mark
        self.read = read
        self.write = write
        self.readRules = readRules
    }
}

/// A grant or denial with the actions it names, wildcards written out.
struct RuleOverActions: Sendable {
    let rule: CompiledRule
    /// The rule as roles have it that it names, without a ceiling; shared by its actions.
    let plain: HeldRule
    let actions: [String]

    init(rule: CompiledRule, actions: [String]) {
        self.rule = rule
        plain = HeldRule(rule, scope: rule.scope)
        self.actions = actions
    }
}

/// A module, compiled. A class, so that looking one up costs one reference.
final class CompiledModule: Sendable {
    let name: String
    let path: String
    let owner: String
    let about: AboutAttribute?
    let attributes: [AttributeDeclaration]
    let actions: [CompiledAction]
    let grants: [RuleOverActions]
    let denials: [RuleOverActions]
    let classes: [CompiledClass]
    /// The classes by role and scope, for checks.
    let access: FieldTable
    /// The classes as answers carry them; shared by all of them.
    let noAccess: FieldAccess
    /// The same as JSON text with gaps.
    let renderedAccess: RenderedAccess
    /// Where the slots of its conditions get their values from.
    let sources: [SlotSource]
    /// The facts that its tables compare.
    let columns: ColumnTable

    /// The attributes that its conditions and scopes look at.
    var attributesRead: [String] {
        sources.compactMap { if case .attribute(let name, _) = $0 { name } else { nil } }
            + [about?.name].compactMap(\.self)
    }

    /// The classes with what is open of them.
    func fields(_ open: (readable: UInt64, writable: UInt64)) -> FieldAccess {
        var fields = noAccess
        fields.readable = open.readable
        fields.writable = open.writable
        return fields
    }

    init(
        name: String, path: String, owner: String, about: AboutAttribute?, attributes: [AttributeDeclaration],
        actions: [CompiledAction], grants: [RuleOverActions], denials: [RuleOverActions], classes: [CompiledClass],
        sources: [SlotSource], columns: ColumnTable, roleCount: Int
    ) {
        self.name = name
        self.path = path
        self.owner = owner
        self.about = about
        self.attributes = attributes
        self.actions = actions
        self.grants = grants
        self.denials = denials
        self.classes = classes
        self.sources = sources
        self.columns = columns
        access = FieldTable(classes, roleCount: roleCount)
        noAccess = FieldAccess(classes: classes.map(\.fieldClass))
        renderedAccess = RenderedAccess(classes.map(\.fieldClass))
    }
}

/// The attribute that names the person a record is about.
struct AboutAttribute: Sendable, Hashable {
    let name: String
    let person: Person

    /// What `self` is measured by: the subject's employee, or the member itself.
    enum Person: Sendable, Hashable { case employee, member }
}
