extension Expression {
    /// The expression with names replaced by the expressions that they stand for, as if each were written in
    /// parentheses. What a definition names means the same wherever it is used: variables of macros around the place
    /// do not reach into it, and one of its name hides it.
    ///
    /// - Throws: when the result breaks the limits.
    public func substituting(
        _ definitions: [String: Expression], limits: ExpressionLimits = .standard
    ) throws(ExpressionErrors) -> Expression {
        if definitions.isEmpty { return self }
        var copier = Substitution(self, definitions, limits)
        let root = try copier.copy(root)
        return Expression(text: text, nodes: copier.nodes, root: root)
    }

    /// The names that it looks up outside: those that no macro of its own binds.
    public var freeNames: Set<String> {
        var finder = FreeNames(self)
        finder.visit(root)
        return finder.names
    }
}

/// Copies a tree node by node.
private struct Substitution {
    private let expression: Expression
    private let definitions: [String: Expression]
    private let limits: ExpressionLimits
    /// Where the name stands that a definition is being copied for; its nodes are told to be there.
    private let place: (offset: Int, text: String)?
    private var hidden: [String: Int] = [:]
    private(set) var nodes: [SyntaxNode] = []

    init(_ expression: Expression, _ definitions: [String: Expression], _ limits: ExpressionLimits) {
        self.init(expression, definitions, limits, place: nil, nodes: [])
    }

    private init(
        _ expression: Expression, _ definitions: [String: Expression], _ limits: ExpressionLimits,
        place: (offset: Int, text: String)?, nodes: [SyntaxNode]
    ) {
        self.expression = expression
        self.definitions = definitions
        self.limits = limits
        self.place = place
        self.nodes = nodes
    }

    mutating func copy(_ id: SyntaxNode.ID) throws(ExpressionErrors) -> SyntaxNode.ID {
        let node = expression[id]
        switch node.kind {
        case .identifier(let name, isAbsolute: false) where hidden[name, default: 0] == 0:
            if place == nil, let definition = definitions[name] {
                var inner = Substitution(
                    definition, [:], limits, place: (node.offset, expression.text), nodes: nodes)
                let root = try inner.copy(definition.root)
                nodes = inner.nodes
                return root
            }
            // Inside a definition a leading dot keeps the macros around the place out.
            return try add(.identifier(name, isAbsolute: place != nil), node, [])
        case .literal, .identifier: return try add(node.kind, node, [])
        case .comprehension(let old): return try copy(old, node)
        case .bind(let bindings, let body):
            var copies: [SyntaxNode.Binding] = []
            for binding in bindings {
                copies.append(SyntaxNode.Binding(variable: binding.variable, value: try copy(binding.value)))
                hide([binding.variable])
            }
            let body = try copy(body)
            reveal(bindings.map(\.variable))
            return try add(.bind(copies, body: body), node, copies.map(\.value) + [body])
        case .optionalMap(let target, let variable, let body, let isFlat):
            let target = try copy(target)
            hide([variable])
            let body = try copy(body)
            reveal([variable])
            return try add(
                .optionalMap(target: target, variable: variable, body: body, isFlat: isFlat), node, [target, body])
        default: return try copyPlain(node)
        }
    }

    /// Nodes that bind nothing.
    private mutating func copyPlain(_ node: SyntaxNode) throws(ExpressionErrors) -> SyntaxNode.ID {
        switch node.kind {
        case .select(let operand, let field, let isOptional):
            let operand = try copy(operand)
            return try add(.select(operand: operand, field: field, isOptional: isOptional), node, [operand])
        case .presence(let operand, let field):
            let operand = try copy(operand)
            return try add(.presence(operand: operand, field: field), node, [operand])
        case .index(let operand, let index, let isOptional):
            let parts = try copy([operand, index])
            return try add(.index(operand: parts[0], index: parts[1], isOptional: isOptional), node, parts)
        case .call(let name, let isAbsolute, let arguments):
            let arguments = try copy(arguments)
            return try add(.call(name: name, isAbsolute: isAbsolute, arguments: arguments), node, arguments)
        case .memberCall(let target, let name, let arguments):
            let parts = try copy([target] + arguments)
            return try add(
                .memberCall(target: parts[0], name: name, arguments: Array(parts.dropFirst())), node, parts)
        case .unary(let operation, let operand):
            let operand = try copy(operand)
            return try add(.unary(operation, operand), node, [operand])
        case .binary(let operation, let left, let right):
            let parts = try copy([left, right])
            return try add(.binary(operation, parts[0], parts[1]), node, parts)
        case .and(let terms):
            let terms = try copy(terms)
            return try add(.and(terms), node, terms)
        case .or(let terms):
            let terms = try copy(terms)
            return try add(.or(terms), node, terms)
        case .conditional(let condition, let then, let otherwise):
            let parts = try copy([condition, then, otherwise])
            return try add(.conditional(parts[0], then: parts[1], otherwise: parts[2]), node, parts)
        case .list(let elements):
            let values = try copy(elements.map(\.value))
            let copies = zip(values, elements).map { SyntaxNode.Element(value: $0, isOptional: $1.isOptional) }
            return try add(.list(copies), node, values)
        case .map(let entries):
            let keys = try copy(entries.map(\.key))
            let values = try copy(entries.map(\.value))
            let copies = entries.indices.map {
                SyntaxNode.Entry(key: keys[$0], value: values[$0], isOptional: entries[$0].isOptional)
            }
            return try add(.map(copies), node, keys + values)
        case .message(let name, let isAbsolute, let values):
            let values = try copy(values)
            return try add(.message(name: name, isAbsolute: isAbsolute, values: values), node, values)
        case .literal, .identifier, .comprehension, .bind, .optionalMap: return try add(node.kind, node, [])
        }
    }

    private mutating func copy(_ old: Comprehension, _ node: SyntaxNode) throws(ExpressionErrors) -> SyntaxNode.ID {
        let range = try copy(old.range)
        let variables = [old.variable] + (old.secondVariable.map { [$0] } ?? [])
        hide(variables)
        var filter: SyntaxNode.ID?
        if let part = old.filter { filter = try copy(part) }
        let body = try copy(old.body)
        reveal(variables)
        let copied = Comprehension(
            kind: old.kind, name: old.name, range: range, variable: old.variable, secondVariable: old.secondVariable,
            filter: filter, body: body)
        return try add(.comprehension(copied), node, [range, body] + (filter.map { [$0] } ?? []))
    }

    private mutating func copy(_ ids: [SyntaxNode.ID]) throws(ExpressionErrors) -> [SyntaxNode.ID] {
        var copies: [SyntaxNode.ID] = []
        for id in ids { copies.append(try copy(id)) }
        return copies
    }

    private mutating func hide(_ names: [String]) { for name in names { hidden[name, default: 0] += 1 } }
    private mutating func reveal(_ names: [String]) { for name in names { hidden[name, default: 0] -= 1 } }

    private mutating func add(
        _ kind: SyntaxNode.Kind, _ old: SyntaxNode, _ children: [SyntaxNode.ID]
    ) throws(ExpressionErrors) -> SyntaxNode.ID {
        let height = (children.map { nodes[$0].height }.max() ?? 0) + 1
        let offset = place?.offset ?? old.offset
        guard height <= limits.depth, nodes.count < limits.nodes else {
            throw ExpressionErrors(errors: [
                ExpressionError(
                    .limit, at: offset, in: place?.text ?? expression.text,
                    "with its variables written out the expression is too large",
                    remedy: "use fewer variables that depend on each other")
            ])
        }
        nodes.append(SyntaxNode(kind: kind, offset: offset, height: height))
        return nodes.count - 1
    }
}

/// Finds the names that an expression looks up outside.
private struct FreeNames {
    private let expression: Expression
    private var bound: [String: Int] = [:]
    private(set) var names: Set<String> = []

    init(_ expression: Expression) { self.expression = expression }

    mutating func visit(_ id: SyntaxNode.ID) {
        switch expression[id].kind {
        case .identifier(let name, let isAbsolute):
            if isAbsolute || bound[name, default: 0] == 0 { names.insert(name) }
        case .literal: break
        case .select(let part, _, _), .presence(let part, _), .unary(_, let part): visit(part)
        case .index(let left, let right, _), .binary(_, let left, let right): visit([left, right])
        case .call(_, _, let parts), .and(let parts), .or(let parts), .message(_, _, let parts): visit(parts)
        case .memberCall(let target, _, let parts): visit([target] + parts)
        case .conditional(let condition, let then, let otherwise): visit([condition, then, otherwise])
        case .list(let elements): visit(elements.map(\.value))
        case .map(let entries): visit(entries.flatMap { [$0.key, $0.value] })
        case .comprehension(let each):
            visit(each.range)
            let variables = [each.variable] + (each.secondVariable.map { [$0] } ?? [])
            within(variables, (each.filter.map { [$0] } ?? []) + [each.body])
        case .bind(let bindings, let body):
            for binding in bindings {
                visit(binding.value)
                bound[binding.variable, default: 0] += 1
            }
            visit(body)
            for binding in bindings { bound[binding.variable, default: 0] -= 1 }
        case .optionalMap(let target, let variable, let body, _):
            visit(target)
            within([variable], [body])
        }
    }

    private mutating func visit(_ ids: [SyntaxNode.ID]) { for id in ids { visit(id) } }

    private mutating func within(_ variables: [String], _ ids: [SyntaxNode.ID]) {
        for variable in variables { bound[variable, default: 0] += 1 }
        visit(ids)
        for variable in variables { bound[variable, default: 0] -= 1 }
    }
}
