extension Compiler {
    mutating func select(
        _ id: ID, _ operand: ID, _ field: String, isOptional: Bool
    ) throws(ExpressionErrors) -> Piece {
        let part = try emit(operand)
        let name = text(field)
        return try folding(id, [part]) { values, _ throws(EvaluationError) in
            try isOptional ? values[0].optionallySelected(field) : values[0].selected(field)
        } orEmit: {
            .select(part.index, field: name, isOptional: isOptional)
        }
    }

    mutating func presence(_ id: ID, _ operand: ID, _ field: String) throws(ExpressionErrors) -> Piece {
        if case .slot(let path, let type)? = names.references[id] {
            return try push(.slotPresent(slot(path, type)), id, [])
        }
        let part = try emit(operand)
        let name = text(field)
        return try folding(id, [part]) { values, _ throws(EvaluationError) in
            .bool(try values[0].has(field))
        } orEmit: {
            .present(part.index, field: name)
        }
    }

    mutating func list(_ id: ID, _ elements: [SyntaxNode.Element]) throws(ExpressionErrors) -> Piece {
        var parts: [Piece] = []
        for element in elements {
            let part = try emit(element.value)
            parts.append(element.isOptional ? try push(.optionalPart(part.index), element.value, [part]) : part)
        }
        let values = parts.compactMap(\.constant)
        if values.count == parts.count {
            discard(parts)
            return constant(.list(values), id)
        }
        return try push(.list(first: operands(parts), count: Index(parts.count)), id, parts)
    }

    mutating func map(_ id: ID, _ entries: [SyntaxNode.Entry]) throws(ExpressionErrors) -> Piece {
        var parts: [Piece] = []
        for entry in entries {
            parts.append(try emit(entry.key))
            let value = try emit(entry.value)
            parts.append(entry.isOptional ? try push(.optionalPart(value.index), entry.value, [value]) : value)
        }
        let first = operands(parts)
        return try folding(id, parts) { values, _ throws(EvaluationError) in
            var map = MapValue()
            for pair in stride(from: 0, to: values.count, by: 2) { try map.insert(values[pair], values[pair + 1]) }
            return .map(map)
        } orEmit: {
            .map(first: first, count: Index(parts.count))
        }
    }

    mutating func comprehension(_ id: ID, _ comprehension: Comprehension) throws(ExpressionErrors) -> Piece {
        let range = try emit(comprehension.range)
        let filter: Piece?
        if let condition = comprehension.filter { filter = try emit(condition) } else { filter = nil }
        let body = try emit(comprehension.body)
        tables.comprehensions.append(
            Code.CompiledComprehension(
                kind: comprehension.kind, name: comprehension.name, range: range.index, local: Index(firstLocal(id)),
                hasTwoVariables: comprehension.secondVariable != nil, filter: filter?.index, body: body.index))
        let parts = filter.map { [range, $0, body] } ?? [range, body]
        return try push(.comprehension(Index(tables.comprehensions.count - 1)), id, parts)
    }

    mutating func bind(
        _ id: ID, _ bindings: [SyntaxNode.Binding], _ body: ID
    ) throws(ExpressionErrors) -> Piece {
        let first = firstLocal(id)
        for (index, binding) in bindings.enumerated() { definitions[first + index] = try emit(binding.value) }
        let body = try emit(body)
        return try push(
            .bind(first: Index(first), count: Index(bindings.count), body: body.index), id, [body])
    }

    // MARK: Calls

    mutating func call(_ id: ID, _ arguments: [ID]) throws(ExpressionErrors) -> Piece {
        var parts: [Piece] = []
        for argument in arguments { parts.append(try emit(argument)) }
        return try call(id, parts)
    }

    mutating func memberCall(
        _ id: ID, _ target: ID, _ name: String, _ arguments: [ID]
    ) throws(ExpressionErrors) -> Piece {
        guard case .function(_, let isMember, let isOwn)? = names.references[id], isMember else {
            return try call(id, arguments)
        }
        var parts = [try emit(target)]
        for argument in arguments { parts.append(try emit(argument)) }
        // These two evaluate their argument only when the optional is empty.
        if !isOwn, parts.count == 2, name == "or" || name == "orValue" {
            return try push(.optionalOr(parts[0].index, parts[1].index, unwraps: name == "orValue"), id, parts)
        }
        return try call(id, parts)
    }

    /// A constant pattern, compiled; nil when it is malformed, an error of the evaluation, or one too many.
    private mutating func pattern(_ text: String) -> Index? {
        guard (try? patternBudget.spend(CompiledPattern.compileCost(of: text))) != nil,
            let pattern = try? CompiledPattern(text)
        else { return nil }
        tables.patterns.append(pattern)
        tables.patternTexts.append(text)
        return Index(tables.patterns.count - 1)
    }

    private mutating func call(_ id: ID, _ explicit: [Piece]) throws(ExpressionErrors) -> Piece {
        guard case .function(let function, let isMember, let isOwn)? = names.references[id] else {
            return fail(.undeclared, "an undeclared function", id)
        }
        guard function.overloads.contains(where: { $0.isMember == isMember && $0.parameters.count == explicit.count })
        else {
            return fail(
                .noSuchOverload, "`\(function.name)` takes no \(explicit.count) arguments in this form", id)
        }
        var parts = explicit
        if isOwn {
            for implicit in environment.implicitArguments[function.name] ?? [] {
                parts.append(try push(.slot(slot(implicit.path, implicit.type)), id, []))
            }
        }
        if function.name == "matches", !isOwn, parts.count == 2, parts[0].constant == nil,
            case .string(let text)? = parts[1].constant, let pattern = pattern(text)
        {
            return try push(.matches(parts[0].index, pattern: pattern), id, [parts[0]])
        }
        if !isOwn, parts.count == 2, parts[0].constant == nil, case .string(let text)? = parts[1].constant,
            let test = TextTest(rawValue: function.name)
        {
            return try push(.textTest(test, parts[0].index, text: self.text(text)), id, [parts[0]])
        }
        tables.functions.append(function)
        let number = Index(tables.functions.count - 1)
        let first = operands(parts)
        let emitted = { Instruction.call(function: number, first: first, count: Index(parts.count)) }
        // The caller's functions may answer otherwise at another time.
        if isOwn { return try push(emitted(), id, parts) }
        return try folding(id, parts, function.implementation, orEmit: emitted)
    }
}
