import MarkedYAML

/// A grant or a denial, compiled. A class, so that passing one on costs one reference.
final class CompiledRule: Sendable {
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

    init(
        id: String, path: String, mark: Mark, roles: [Int], scope: Scope, condition: Predicate?,
        conditionText: String?, explanation: String?
    ) {
        self.id = id
        self.path = path
        self.mark = mark
        self.roles = roles
        self.scope = scope
        self.condition = condition
        self.conditionText = conditionText
        self.explanation = explanation
        predicate = Predicate(scope, when: condition)
    }
}

/// An action, compiled.
final class CompiledAction: Sendable {
    let name: String
    let isListable: Bool
    let mark: Mark
    let grants: GrantIndex
    let denials: DenialIndex

    init(name: String, isListable: Bool, mark: Mark, grants: GrantIndex, denials: DenialIndex) {
        self.name = name
        self.isListable = isListable
        self.mark = mark
        self.grants = grants
        self.denials = denials
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
