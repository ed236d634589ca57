package import WireFormat

extension PolicyBundle {
    /// What is wrong with an attribute that somebody states of a resource of this type; nil when the engine can use it.
    package func fault(ofAttribute name: String, _ value: JSONValue, type: String) -> (cause: String, remedy: String)? {
        guard let module = modules[type] else { return nil }
        guard let attribute = module.attributes.first(where: { $0.name == name }) else {
            return (
                "unknown attribute `\(name)` of `\(type)`",
                Suggestion.remedy(for: name, among: module.attributes.map(\.name))
            )
        }
        if value.isNull || attribute.type.value(of: value) != nil { return nil }
        return (
            "attribute `\(name)` is of type `\(attribute.type.name)`, not \(value.kind)",
            "write a value such as `\(attribute.type.example.text)`"
        )
    }

    /// The names of a module's field classes; nil for a module that the bundle does not know.
    package func classNames(ofType type: String) -> [String]? {
        modules[type]?.classes.map(\.fieldClass.name)
    }

    /// Whether the records of this type are about somebody, so that `self` and `sub` mean something.
    package func hasPerson(_ type: String) -> Bool { modules[type]?.about != nil }

    /// The module that an action belongs to; nil for one that the bundle does not know.
    package func type(ofAction action: String) -> String? { actions[action]?.module.name }

    /// `did you mean …?`, or what is known.
    package static func remedy(for word: String, among known: [String]) -> String {
        Suggestion.remedy(for: word, among: known)
    }
}

extension Scope {
    /// Reads a scope as people write it: `sub` is `sub(any)`.
    package init?(written word: String) { self.init(word: word) }
}
