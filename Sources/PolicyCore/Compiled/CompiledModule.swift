import MarkedYAML

/// A grant or a denial, compiled.
struct CompiledRule: Sendable {
    /// Stable within a bundle: `employee/own-record`, or `employee/grant[2]` for one without an `id`.
    let id: String
    let path: String
    let mark: Mark
    /// The roles it names; empty in a denial for everybody.
    let roles: [Int]
    let scope: Scope
    /// The condition alone, and as it was written; nil when there is none.
    let condition: Predicate?
    let conditionText: String?
    /// Scope and condition together.
    let predicate: Predicate
    /// What a denial says to people.
    let explanation: String?
}

/// The rules for one action, or for reading or writing one field class, indexed by role.
struct RuleIndex: Sendable {
    /// For each role the rules that it or a role it holds is granted; widest scope first, then as written.
    let rows: [[CompiledRule]]
    /// Denials that name no role.
    let forEveryone: [CompiledRule]

    static func empty(roles: Int) -> RuleIndex {
        RuleIndex(rows: Array(repeating: [], count: roles), forEveryone: [])
    }

    init(rows: [[CompiledRule]], forEveryone: [CompiledRule]) {
        self.rows = rows
        self.forEveryone = forEveryone
    }

    init(_ rules: [CompiledRule], roles: RoleTable) {
        let ordered = rules.enumerated().sorted {
            ($1.element.scope, $0.offset) < ($0.element.scope, $1.offset)
        }.map(\.element)
        var rows: [[CompiledRule]] = Array(repeating: [], count: roles.names.count)
        for rule in ordered {
            for holder in Set(rule.roles.flatMap { roles.holders(of: $0) }) { rows[holder].append(rule) }
        }
        self.rows = rows
        forEveryone = ordered.filter { $0.roles.isEmpty }
    }
}

/// An action, compiled.
struct CompiledAction: Sendable {
    let name: String
    let isListable: Bool
    let mark: Mark
    let grants: RuleIndex
    let denials: RuleIndex
}

/// A field class, compiled.
struct CompiledClass: Sendable {
    let fieldClass: FieldClass
    let mark: Mark
    let read: RuleIndex
    let write: RuleIndex
    let readRules: [CompiledRule]
    let writeRules: [CompiledRule]
}

/// A grant or denial with the actions it names, wildcards written out.
struct RuleOverActions: Sendable {
    let rule: CompiledRule
    let actions: [String]
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
    /// The classes as answers carry them; shared by all of them.
    let noAccess: FieldAccess

    init(
        name: String, path: String, owner: String, about: AboutAttribute?, attributes: [AttributeDeclaration],
        actions: [CompiledAction], grants: [RuleOverActions], denials: [RuleOverActions], classes: [CompiledClass]
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
        noAccess = FieldAccess(classes: classes.map(\.fieldClass))
    }
}

/// The attribute that names the person a record is about.
struct AboutAttribute: Sendable, Hashable {
    let name: String
    let person: Person

    /// What `self` is measured by: the subject's employee, or the member itself.
    enum Person: Sendable, Hashable { case employee, member }
}
