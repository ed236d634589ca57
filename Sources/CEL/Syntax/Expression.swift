/// A parsed expression: its text and its tree, macros expanded. Neither names nor types are looked at yet; see
/// `Environment.check(_:)`.
public struct Expression: Sendable {
    /// The text it was parsed from.
    public let text: String
    let nodes: [SyntaxNode]
    let root: SyntaxNode.ID

    /// Reads the text of an expression.
    ///
    /// - Throws: the fault of syntax that ended the reading, and all misuses of macros before it.
    public static func parse(
        _ text: String, limits: ExpressionLimits = .standard
    ) throws(ExpressionErrors) -> Expression {
        guard text.utf8.count <= limits.bytes else {
            throw ExpressionErrors(errors: [
                ExpressionError(
                    .limit, at: limits.bytes, in: text, "the expression is longer than \(limits.bytes) bytes",
                    remedy: "split it into variables")
            ])
        }
        var parser = Parser(text, limits: limits)
        do {
            let root = try parser.parse()
            if parser.failures.isEmpty { return Expression(text: text, nodes: parser.nodes, root: root) }
        } catch {
            parser.failures.append(error)
        }
        throw ExpressionErrors(
            errors: parser.failures.prefix(limits.errors).map {
                ExpressionError($0.code, at: $0.offset, in: text, $0.cause, remedy: $0.remedy)
            })
    }

    subscript(id: SyntaxNode.ID) -> SyntaxNode { nodes[id] }

    /// The names of `a.b.c` when the node is nothing but that.
    func qualifiedName(_ id: SyntaxNode.ID) -> QualifiedName? {
        switch nodes[id].kind {
        case .identifier(let name, let isAbsolute): return QualifiedName(names: [name], isAbsolute: isAbsolute)
        case .select(let operand, let field, isOptional: false):
            guard var name = qualifiedName(operand) else { return nil }
            name.names.append(field)
            return name
        default: return nil
        }
    }
}

/// A name such as `a.b.c` or `.a.b.c`.
struct QualifiedName: Sendable, Hashable {
    /// Never empty.
    var names: [String]
    /// Whether a leading dot asks for the root namespace.
    var isAbsolute: Bool

    var text: String { names.joined(separator: ".") }
}
