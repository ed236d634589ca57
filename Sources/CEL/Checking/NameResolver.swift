/// Finds what the names of an expression stand for (cel-spec, "Name Resolution"): variables bound by macros first, then
/// the longest qualified name, in the innermost namespace that has it.
struct NameResolver {
    private let expression: Expression
    private let environment: Environment
    private(set) var names: ResolvedNames
    /// The number of the variable that a name means here.
    private var scope: [String: Int] = [:]
    /// Guesses at misspelt names cost time, and only so many errors are shown.
    private var guessesLeft: Int

    init(_ expression: Expression, in environment: Environment) {
        self.expression = expression
        self.environment = environment
        names = ResolvedNames(references: Array(repeating: nil, count: expression.nodes.count))
        guessesLeft = environment.limits.errors
    }

    mutating func resolve() { visit(expression.root) }

    private mutating func visit(_ id: SyntaxNode.ID) {
        switch expression[id].kind {
        case .literal: break
        case .identifier(let name, let isAbsolute):
            names.references[id] = identifier(name, isAbsolute: isAbsolute)
        case .select(let operand, let field, let isOptional):
            if !isOptional, let found = qualified(id) {
                names.references[id] = found
            } else {
                visit(operand)
                if !isOptional { names.references[id] = recordField(field, of: operand) }
            }
        case .presence(let operand, let field):
            if let found = qualified(operand, field) {
                names.references[id] = found
            } else {
                visit(operand)
                names.references[id] = recordField(field, of: operand)
            }
        case .index(let operand, let index, _):
            visit(operand)
            visit(index)
        case .call(let name, let isAbsolute, let arguments):
            names.references[id] = function(name, isAbsolute: isAbsolute) ?? undeclaredFunction(name)
            arguments.forEach { visit($0) }
        case .memberCall(let target, let name, let arguments):
            memberCall(id, target, name)
            arguments.forEach { visit($0) }
        case .unary(_, let operand): visit(operand)
        case .binary(_, let left, let right):
            visit(left)
            visit(right)
        case .and(let terms), .or(let terms): terms.forEach { visit($0) }
        case .conditional(let condition, let then, let otherwise):
            visit(condition)
            visit(then)
            visit(otherwise)
        case .list(let elements): elements.forEach { visit($0.value) }
        case .map(let entries):
            for entry in entries {
                visit(entry.key)
                visit(entry.value)
            }
        case .message(let name, _, let values):
            names.references[id] = .undeclared(cause: "there is no message type `\(name)`", remedy: nil)
            values.forEach { visit($0) }
        case .comprehension(let comprehension): visit(comprehension, id)
        case .bind(let bindings, let body):
            let first = names.localCount
            names.references[id] = .binds(first: first)
            // Numbered at once, because the values may bind variables too.
            names.localCount += bindings.count
            var hidden: [Int?] = []
            for (index, binding) in bindings.enumerated() {
                visit(binding.value)
                hidden.append(scope.updateValue(first + index, forKey: binding.variable))
            }
            visit(body)
            for (binding, number) in zip(bindings, hidden).reversed() { scope[binding.variable] = number }
        case .optionalMap(let target, let variable, let body, _):
            visit(target)
            inScope(of: [variable], at: id) { $0.visit(body) }
        }
    }

    private mutating func visit(_ comprehension: Comprehension, _ id: SyntaxNode.ID) {
        visit(comprehension.range)
        let variables = [comprehension.variable] + (comprehension.secondVariable.map { [$0] } ?? [])
        inScope(of: variables, at: id) { resolver in
            if let filter = comprehension.filter { resolver.visit(filter) }
            resolver.visit(comprehension.body)
        }
    }

    private mutating func inScope(of variables: [String], at id: SyntaxNode.ID, _ body: (inout Self) -> Void) {
        names.references[id] = .binds(first: names.localCount)
        var hidden: [Int?] = []
        for variable in variables {
            hidden.append(scope.updateValue(names.localCount, forKey: variable))
            names.localCount += 1
        }
        body(&self)
        for (variable, number) in zip(variables, hidden).reversed() { scope[variable] = number }
    }

    private mutating func memberCall(_ id: SyntaxNode.ID, _ target: SyntaxNode.ID, _ name: String) {
        if let namespace = expression.qualifiedName(target), !isLocal(namespace),
            let found = function(namespace.text + "." + name, isAbsolute: namespace.isAbsolute)
        {
            names.references[id] = found
            return
        }
        visit(target)
        if let own = environment.ownFunctions[name] {
            names.references[id] = .function(own, isMember: true, isOwn: true)
        } else if let found = environment.function(name) {
            names.references[id] = .function(found, isMember: true, isOwn: false)
        } else {
            names.references[id] = undeclaredFunction(name)
        }
    }

    private func function(_ name: String, isAbsolute: Bool) -> ResolvedNames.Reference? {
        for candidate in environment.candidates(name, isAbsolute: isAbsolute) {
            guard let found = environment.function(candidate) else { continue }
            return .function(found, isMember: false, isOwn: environment.ownFunctions[candidate] != nil)
        }
        return nil
    }

    private func undeclaredFunction(_ name: String) -> ResolvedNames.Reference {
        .undeclared(cause: "there is no function `\(name)`", remedy: nil)
    }

    private mutating func identifier(_ name: String, isAbsolute: Bool) -> ResolvedNames.Reference {
        if !isAbsolute, let number = scope[name] { return .local(number) }
        if let found = variable(QualifiedName(names: [name], isAbsolute: isAbsolute)) { return found }
        return .undeclared(
            cause: name.hasPrefix("@") ? "there is no such variable of a block" : "there is no variable `\(name)`",
            remedy: guess(name, of: environment.variables.keys))
    }

    private func isLocal(_ name: QualifiedName) -> Bool {
        !name.isAbsolute && scope[name.names[0]] != nil
    }

    /// A node that is nothing but a qualified name, as a variable or type of that very name.
    private func qualified(_ id: SyntaxNode.ID, _ field: String? = nil) -> ResolvedNames.Reference? {
        guard var name = expression.qualifiedName(id), !isLocal(name) else { return nil }
        if let field { name.names.append(field) }
        return variable(name)
    }

    private func variable(_ name: QualifiedName) -> ResolvedNames.Reference? {
        for candidate in environment.candidates(name.text, isAbsolute: name.isAbsolute) {
            if let type = environment.variables[candidate] { return .slot(path: [candidate], type) }
            if let type = TypeDenotations.byName[candidate] { return .type(name: candidate, type) }
        }
        return nil
    }

    /// The field of a record that the operand's slot holds.
    private mutating func recordField(_ field: String, of operand: SyntaxNode.ID) -> ResolvedNames.Reference? {
        guard case .slot(let path, .record(let record))? = names.references[operand] else { return nil }
        let fields = environment.records[record] ?? [:]
        if let type = fields[field] { return .slot(path: path + [field], type) }
        return .undeclared(
            cause: "`\(path.joined(separator: "."))` has no field `\(field)`",
            remedy: guess(field, of: fields.keys))
    }

    private mutating func guess(_ name: String, of known: some Sequence<String>) -> String? {
        guard guessesLeft > 0 else { return nil }
        guessesLeft -= 1
        return Spelling.nearest(to: name, of: known).map { "did you mean `\($0)`" }
    }
}
