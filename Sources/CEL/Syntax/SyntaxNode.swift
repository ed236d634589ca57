/// A node of an expression's tree. Nodes live in one array and refer to each other by index, so that a tree costs few
/// allocations and every pass can keep what it learns in an array beside it.
struct SyntaxNode: Sendable {
    /// Index of a node in `Expression.nodes`.
    typealias ID = Int

    let kind: Kind
    /// UTF-8 offset of the token that names the node: its operator, name or first token.
    let offset: Int
    /// Levels below and including this node.
    let height: Int

    enum Kind: Sendable {
        case literal(Value)
        case identifier(String, isAbsolute: Bool)
        /// `operand.field`, or `operand.?field`.
        case select(operand: ID, field: String, isOptional: Bool)
        /// `has(operand.field)`.
        case presence(operand: ID, field: String)
        /// `operand[index]`, or `operand[?index]`.
        case index(operand: ID, index: ID, isOptional: Bool)
        case call(name: String, isAbsolute: Bool, arguments: [ID])
        case memberCall(target: ID, name: String, arguments: [ID])
        case unary(UnaryOperator, ID)
        case binary(BinaryOperator, ID, ID)
        /// Two or more terms.
        case and([ID])
        /// Two or more terms.
        case or([ID])
        case conditional(ID, then: ID, otherwise: ID)
        case list([Element])
        case map([Entry])
        /// `Name{field: value}`; no type can be made so here, but the text is an expression.
        case message(name: String, isAbsolute: Bool, values: [ID])
        case comprehension(Comprehension)
        /// `cel.bind(variable, value, body)` and `cel.block([values], body)`: each value sees the variables before it
        /// and is computed when it is first used, once.
        case bind([Binding], body: ID)
        /// `target.optMap(variable, body)`; flat for `optFlatMap`.
        case optionalMap(target: ID, variable: String, body: ID, isFlat: Bool)
    }

    struct Element: Sendable {
        let value: ID
        /// `?e`: left out when the optional is empty.
        let isOptional: Bool
    }

    struct Entry: Sendable {
        let key: ID
        let value: ID
        let isOptional: Bool
    }

    struct Binding: Sendable {
        let variable: String
        let value: ID
    }
}

/// What a macro makes of the elements that it visits.
enum ComprehensionKind: Sendable, Hashable {
    case all, exists, existsOne
    /// `map`, `filter` and `transformList`: a list of the bodies.
    case list
    /// `transformMap`: each key with its body.
    case map
    /// `transformMapEntry`: the entries of each body, itself a map.
    case entries
    /// `sortBy`: the elements in the order of their bodies.
    case sorted
}

/// A macro over the elements of a list or map.
struct Comprehension: Sendable {
    let kind: ComprehensionKind
    /// As it was written, for errors: `exists`, `map`, …
    let name: String
    let range: SyntaxNode.ID
    /// With one variable, the element of a list or the key of a map; with two, the index or key.
    let variable: String
    /// The element or value, in the two-variable macros.
    let secondVariable: String?
    let filter: SyntaxNode.ID?
    let body: SyntaxNode.ID
}

/// Operators before their operand, by their functions' names.
enum UnaryOperator: String, Sendable {
    case not = "!_"
    case negate = "-_"
}

/// Operators between their operands, by their functions' names; `&&` and `||` are nodes of their own.
enum BinaryOperator: String, Sendable {
    case equal = "_==_"
    case notEqual = "_!=_"
    case less = "_<_"
    case lessOrEqual = "_<=_"
    case greater = "_>_"
    case greaterOrEqual = "_>=_"
    case `in` = "_in_"
    case add = "_+_"
    case subtract = "_-_"
    case multiply = "_*_"
    case divide = "_/_"
    case modulo = "_%_"

    /// As it is written.
    var text: Substring { rawValue.dropFirst().dropLast() }
}
