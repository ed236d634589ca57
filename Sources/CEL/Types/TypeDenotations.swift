/// The names in an expression that stand for types, such as `int` in `type(x) == int` (cel-spec, "Type Values").
enum TypeDenotations {
    /// Static type by the name that the type's value has.
    static let byName: [String: CELType] = Dictionary(
        TypeValue.denotations.map { ($0.type.name, $0.denoted) }
    ) { first, _ in first }
}
