/// Checks an expression's types (cel-spec, "Gradual Type Checking"): every node gets a type, `dyn` fits everywhere, and
/// what is wrong is collected rather than thrown, a faulty node counting as `dyn`.
struct Checker {
    typealias ID = SyntaxNode.ID

    let expression: Expression
    let names: ResolvedNames
    let environment: Environment
    var substitution = TypeSubstitution()
    private var locals: [CELType]
    private var errors: [ExpressionError] = []

    init(_ expression: Expression, _ names: ResolvedNames, in environment: Environment) {
        self.expression = expression
        self.names = names
        self.environment = environment
        locals = Array(repeating: .dyn, count: names.localCount)
    }

    mutating func check(expecting expected: CELType?) throws(ExpressionErrors) -> CheckedExpression {
        let type = type(of: expression.root)
        if let expected, !substitution.assign(type, to: expected) {
            fail(.type, at: expression.root, "the expression is of type `\(closed(type))`, and `\(expected)` is wanted")
        }
        guard errors.isEmpty else {
            throw ExpressionErrors(errors: errors.sorted { $0.offset < $1.offset })
        }
        return CheckedExpression(expression: expression, type: closed(type), names: names)
    }

    mutating func type(of id: ID) -> CELType {
        if case .undeclared(let cause, let remedy)? = names.references[id] {
            fail(.undeclared, at: id, cause, remedy: remedy)
            if case .identifier = expression[id].kind { return .dyn }
        }
        switch expression[id].kind {
        case .literal(let value): return Self.type(of: value)
        case .identifier: return named(id)
        case .select(let operand, let field, let isOptional):
            switch names.references[id] {
            case .slot(_, let type): return type
            case .type(_, let type): return .type(type)
            case .undeclared: return .dyn
            default: return selection(id, operand, field, isOptional: isOptional)
            }
        case .presence(let operand, let field):
            if names.references[id] == nil { _ = selection(id, operand, field, isOptional: false) }
            return .bool
        case .index(let operand, let index, let isOptional):
            return indexed(id, operand, index, isOptional: isOptional)
        case .call(_, _, let arguments): return call(id, arguments.map { type(of: $0) }, arguments)
        case .memberCall(let target, _, let arguments):
            if case .function(_, isMember: false, _) = names.references[id] {
                return call(id, arguments.map { type(of: $0) }, arguments)
            }
            return call(id, [type(of: target)] + arguments.map { type(of: $0) }, [target] + arguments)
        case .unary(let operation, let operand): return unary(id, operation, operand)
        case .binary(let operation, let left, let right): return binary(id, operation, left, right)
        case .and(let terms): return logical(terms, "&&")
        case .or(let terms): return logical(terms, "||")
        case .conditional(let condition, let then, let otherwise):
            expect(.bool, condition, "the condition of `?:`")
            let first = type(of: then)
            let second = type(of: otherwise)
            let result = substitution.fresh()
            if substitution.assign([first, second], to: [result, result]) { return result }
            fail(
                .type, at: id, "the branches of `?:` are of types `\(closed(first))` and `\(closed(second))`",
                remedy: "wrap one in `dyn(…)`")
            return .dyn
        case .list(let elements): return list(elements)
        case .map(let entries): return map(entries)
        case .message(_, _, let values):
            for value in values { _ = type(of: value) }
            return .dyn
        case .comprehension(let comprehension): return self.comprehension(comprehension, id)
        case .bind(let bindings, let body):
            guard case .binds(let first)? = names.references[id] else { return .dyn }
            for (index, binding) in bindings.enumerated() { locals[first + index] = type(of: binding.value) }
            return type(of: body)
        case .optionalMap(let target, _, let body, let isFlat):
            return optionalMap(id, target, body, isFlat: isFlat)
        }
    }

    private func named(_ id: ID) -> CELType {
        switch names.references[id] {
        case .local(let number): locals[number]
        case .slot(_, let type): type
        case .type(_, let type): .type(type)
        default: .dyn
        }
    }

    mutating func bind(_ first: Int, to types: [CELType]) {
        for (index, type) in types.enumerated() { locals[first + index] = type }
    }

    mutating func closed(_ type: CELType) -> CELType { substitution.closed(type) }

    mutating func fail(_ code: ExpressionError.Code, at id: ID, _ cause: String, remedy: String? = nil) {
        guard errors.count < environment.limits.errors else { return }
        errors.append(
            ExpressionError(code, at: expression[id].offset, in: expression.text, cause, remedy: remedy))
    }

    /// Checks a part that must be of a type; what it is called in the error is `what`.
    mutating func expect(_ wanted: CELType, _ id: ID, _ what: String) {
        let actual = type(of: id)
        if !substitution.assign(actual, to: wanted) {
            fail(.type, at: id, "\(what) is of type `\(closed(actual))`, and `\(wanted)` is wanted")
        }
    }

    private mutating func logical(_ terms: [ID], _ operation: String) -> CELType {
        for term in terms { expect(.bool, term, "an operand of `\(operation)`") }
        return .bool
    }

    private static func type(of value: Value) -> CELType {
        switch value {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        default: .dyn
        }
    }
}
