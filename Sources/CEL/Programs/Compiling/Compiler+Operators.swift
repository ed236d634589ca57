extension Compiler {
    func instruction(_ piece: Piece) -> Instruction { tables.instructions[Int(piece.index)] }

    mutating func unary(_ id: ID, _ operation: UnaryOperator, _ operand: ID) throws(ExpressionErrors) -> Piece {
        let part = try emit(operand)
        switch operation {
        case .negate:
            return try folding(id, [part]) { values, _ throws(EvaluationError) in
                try Value.negate(values[0])
            } orEmit: {
                .negate(part.index)
            }
        case .not:
            if case .bool(let bool)? = part.constant { return constant(.bool(!bool), id) }
            switch instruction(part) {
            case .equal(let left, let right, let isNegated):
                return try push(.equal(left, right, isNegated: !isNegated), id, [part])
            case .slotEqualsText(let slot, let text, let isNegated):
                return try push(.slotEqualsText(slot: slot, text: text, isNegated: !isNegated), id, [part])
            case .slotEqualsInt(let slot, let constant, let isNegated):
                return try push(.slotEqualsInt(slot: slot, constant: constant, isNegated: !isNegated), id, [part])
            case .slotEqualsSlot(let left, let right, let isNegated):
                return try push(.slotEqualsSlot(left, right, isNegated: !isNegated), id, [part])
            default: return try push(.not(condition(part, operand).index), id, [part])
            }
        }
    }

    /// A part that is used as a condition: reading a slot as one has an instruction of its own.
    private mutating func condition(_ part: Piece, _ id: ID) throws(ExpressionErrors) -> Piece {
        guard case .slot(let slot) = instruction(part) else { return part }
        return try push(.slotIsTrue(slot), id, [])
    }

    mutating func binary(
        _ id: ID, _ operation: BinaryOperator, _ leftID: ID, _ rightID: ID
    ) throws(ExpressionErrors) -> Piece {
        let left = try emit(leftID)
        let right = try emit(rightID)
        switch operation {
        case .equal: return try equality(id, left, right, isNegated: false)
        case .notEqual: return try equality(id, left, right, isNegated: true)
        case .less: return try comparison(id, .less, left, right)
        case .lessOrEqual: return try comparison(id, .lessOrEqual, left, right)
        case .greater: return try comparison(id, .greater, left, right)
        case .greaterOrEqual: return try comparison(id, .greaterOrEqual, left, right)
        case .in: return try containment(id, left, right)
        case .add: return try arithmetic(id, .add, left, right)
        case .subtract: return try arithmetic(id, .subtract, left, right)
        case .multiply: return try arithmetic(id, .multiply, left, right)
        case .divide: return try arithmetic(id, .divide, left, right)
        case .modulo: return try arithmetic(id, .modulo, left, right)
        }
    }

    private mutating func arithmetic(
        _ id: ID, _ operation: Arithmetic, _ left: Piece, _ right: Piece
    ) throws(ExpressionErrors) -> Piece {
        try folding(id, [left, right]) { values, budget throws(EvaluationError) in
            try operation.apply(values[0], values[1], &budget)
        } orEmit: {
            .arithmetic(operation, left.index, right.index)
        }
    }

    private mutating func equality(
        _ id: ID, _ left: Piece, _ right: Piece, isNegated: Bool
    ) throws(ExpressionErrors) -> Piece {
        switch (instruction(left), instruction(right)) {
        case (.slot(let first), .slot(let second)):
            return try push(.slotEqualsSlot(first, second, isNegated: isNegated), id, [])
        case (.slot(let slot), .constant(let constant)), (.constant(let constant), .slot(let slot)):
            switch tables.constants[Int(constant)] {
            case .string(let text):
                return try push(.slotEqualsText(slot: slot, text: self.text(text), isNegated: isNegated), id, [])
            case .int: return try push(.slotEqualsInt(slot: slot, constant: constant, isNegated: isNegated), id, [])
            default: break
            }
        default: break
        }
        return try folding(id, [left, right]) { values, budget throws(EvaluationError) in
            .bool(try Value.equals(values[0], values[1], &budget) != isNegated)
        } orEmit: {
            .equal(left.index, right.index, isNegated: isNegated)
        }
    }

    private mutating func comparison(
        _ id: ID, _ order: Order, _ left: Piece, _ right: Piece
    ) throws(ExpressionErrors) -> Piece {
        switch (instruction(left), instruction(right)) {
        case (.slot(let slot), .constant(let constant)):
            if case .int = tables.constants[Int(constant)] {
                return try push(.slotOrderInt(order, slot: slot, constant: constant), id, [])
            }
        case (.constant(let constant), .slot(let slot)):
            if case .int = tables.constants[Int(constant)] {
                return try push(.slotOrderInt(order.flipped, slot: slot, constant: constant), id, [])
            }
        default: break
        }
        return try folding(id, [left, right]) { values, _ throws(EvaluationError) in
            guard let comparison = try Value.compare(values[0], values[1]) else { return .bool(false) }
            return .bool(order.accepts(comparison))
        } orEmit: {
            .order(order, left.index, right.index)
        }
    }

    private mutating func containment(_ id: ID, _ element: Piece, _ container: Piece) throws(ExpressionErrors) -> Piece
    {
        guard element.constant == nil, case .list(let elements)? = container.constant else {
            return try folding(id, [element, container]) { values, budget throws(EvaluationError) in
                .bool(try values[0].isContained(in: values[1], &budget))
            } orEmit: {
                .contained(element.index, in: container.index)
            }
        }
        if case .slot(let slot) = instruction(element), let texts = Self.fewTexts(elements) {
            let first = Index(tables.texts.count)
            tables.texts.append(contentsOf: texts)
            return try push(.slotInTexts(slot: slot, first: first, count: Index(texts.count)), id, [])
        }
        tables.sets.append(ConstantSet(elements))
        let set = Index(tables.sets.count - 1)
        if case .slot(let slot) = instruction(element) {
            return try push(.slotInSet(slot: slot, set: set), id, [])
        }
        return try push(.inSet(element.index, set: set), id, [element])
    }

    /// The texts of a list of nothing else, when they are few enough that comparing each is faster than hashing.
    private static func fewTexts(_ elements: [Value]) -> [String]? {
        guard elements.count <= 8 else { return nil }
        var texts: [String] = []
        for element in elements {
            guard case .string(let text) = element else { return nil }
            texts.append(text)
        }
        return texts
    }

    /// `&&` and `||`: terms that cannot matter are left out, one that decides stands for all.
    mutating func logical(_ id: ID, _ terms: [ID], isAnd: Bool) throws(ExpressionErrors) -> Piece {
        var parts: [Piece] = []
        for term in terms {
            let part = try condition(emit(term), term)
            if case .bool(let bool)? = part.constant {
                if bool != isAnd { return constant(.bool(bool), id) }
                continue
            }
            parts.append(part)
        }
        guard !parts.isEmpty else { return constant(.bool(isAnd), id) }
        // One term alone must still be a bool, which `and` of one term sees to.
        let first = operands(parts)
        let count = Index(parts.count)
        return try push(isAnd ? .and(first: first, count: count) : .or(first: first, count: count), id, parts)
    }

    mutating func conditional(
        _ id: ID, _ conditionID: ID, _ thenID: ID, _ otherwiseID: ID
    ) throws(ExpressionErrors) -> Piece {
        let condition = try condition(emit(conditionID), conditionID)
        if case .bool(let bool)? = condition.constant { return try emit(bool ? thenID : otherwiseID) }
        let then = try emit(thenID)
        let otherwise = try emit(otherwiseID)
        return try push(
            .conditional(condition.index, then: then.index, otherwise: otherwise.index), id,
            [condition, then, otherwise])
    }
}
