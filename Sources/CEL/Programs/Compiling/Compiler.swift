/// Turns an expression with resolved names into instructions: folds what is constant, and gives the common conditions
/// instructions of their own.
struct Compiler {
    typealias ID = SyntaxNode.ID
    typealias Index = Instruction.Index

    /// An instruction that has been emitted.
    struct Piece {
        let index: Index
        /// Levels of evaluation below and including it.
        let height: Int
        /// Its value, when it is a constant.
        var constant: Value?
    }

    let expression: Expression
    let names: ResolvedNames
    let environment: Environment
    var tables = Code.Tables()
    var slotTable: SlotTable
    /// Numbers of the slots that the program reads.
    var slotsUsed: Set<Int> = []
    /// The values of the variables of `bind`, by variable.
    var definitions: [Int: Piece] = [:]
    /// What folding may cost: constants are to be small, and compiling fast.
    var foldingBudget = Budget(steps: 10_000)
    /// What compiling constant patterns may cost, some twenty of usual length: each may take a megabyte and some time.
    /// Those beyond are compiled when they are evaluated, at the evaluation's cost.
    var patternBudget = Budget(steps: 8_000)

    init(_ expression: Expression, _ names: ResolvedNames, in environment: Environment, slots: SlotTable) {
        self.expression = expression
        self.names = names
        self.environment = environment
        slotTable = slots
    }

    mutating func compile() throws(ExpressionErrors) -> Program {
        let root = try emit(expression.root)
        let used = slotsUsed.sorted()
        let code = Code(tables, root: root.index, localCount: names.localCount, slots: slotTable.slots)
        return Program(code, text: expression.text, slotsUsed: used)
    }

    mutating func emit(_ id: ID) throws(ExpressionErrors) -> Piece {
        if case .undeclared(let cause, _)? = names.references[id] { return fail(.undeclared, cause, id) }
        switch expression[id].kind {
        case .literal(let value): return constant(value, id)
        case .identifier: return named(id)
        case .select(let operand, let field, let isOptional):
            switch names.references[id] {
            case .slot, .type: return named(id)
            default: return try select(id, operand, field, isOptional: isOptional)
            }
        case .presence(let operand, let field): return try presence(id, operand, field)
        case .index(let operand, let index, let isOptional):
            let parts = [try emit(operand), try emit(index)]
            return try folding(id, parts) { values, _ throws(EvaluationError) in
                try isOptional ? values[0].optionalElement(at: values[1]) : values[0].element(at: values[1])
            } orEmit: {
                .index(parts[0].index, parts[1].index, isOptional: isOptional)
            }
        case .call(_, _, let arguments): return try call(id, arguments)
        case .memberCall(let target, let name, let arguments):
            return try memberCall(id, target, name, arguments)
        case .unary(let operation, let operand): return try unary(id, operation, operand)
        case .binary(let operation, let left, let right): return try binary(id, operation, left, right)
        case .and(let terms): return try logical(id, terms, isAnd: true)
        case .or(let terms): return try logical(id, terms, isAnd: false)
        case .conditional(let condition, let then, let otherwise):
            return try conditional(id, condition, then, otherwise)
        case .list(let elements): return try list(id, elements)
        case .map(let entries): return try map(id, entries)
        case .message(let name, _, _): return fail(.undeclared, "there is no message type `\(name)`", id)
        case .comprehension(let comprehension): return try self.comprehension(id, comprehension)
        case .bind(let bindings, let body): return try bind(id, bindings, body)
        case .optionalMap(let target, _, let body, let isFlat):
            let target = try emit(target)
            let body = try emit(body)
            return try push(
                .optionalMap(target.index, local: Index(firstLocal(id)), body: body.index, isFlat: isFlat), id,
                [target, body])
        }
    }

    // MARK: Names

    private mutating func named(_ id: ID) -> Piece {
        switch names.references[id] {
        case .local(let number):
            if let definition = definitions[number] {
                if let value = definition.constant { return constant(value, id) }
                return append(.lazyLocal(Index(number), value: definition.index), id, height: definition.height + 1)
            }
            return append(.local(Index(number)), id, height: 1)
        case .slot(let path, let type): return append(.slot(slot(path, type)), id, height: 1)
        case .type(let name, _): return constant(.type(TypeValue(name)), id)
        default: return fail(.undeclared, "an undeclared name", id)
        }
    }

    mutating func slot(_ path: [String], _ type: CELType) -> Index {
        let number = slotTable.number(of: path, type)
        slotsUsed.insert(number)
        return Index(number)
    }

    func firstLocal(_ id: ID) -> Int {
        if case .binds(let first)? = names.references[id] { first } else { 0 }
    }

    // MARK: Emitting

    /// Appends an instruction over its parts. Evaluation recurses once a level, so that the height is limited as the
    /// text's is; only values of `bind`, evaluated where they are used, add to it.
    mutating func push(
        _ instruction: Instruction, _ id: ID, _ parts: [Piece]
    ) throws(ExpressionErrors) -> Piece {
        let height = (parts.map(\.height).max() ?? 0) + 1
        guard height <= environment.limits.depth else {
            throw ExpressionErrors(errors: [
                ExpressionError(
                    .limit, at: expression[id].offset, in: expression.text,
                    "the variables are nested deeper than \(environment.limits.depth) levels",
                    remedy: "use fewer variables that depend on each other")
            ])
        }
        return append(instruction, id, height: height)
    }

    private mutating func append(_ instruction: Instruction, _ id: ID, height: Int) -> Piece {
        tables.instructions.append(instruction)
        tables.offsets.append(Int32(truncatingIfNeeded: expression[id].offset))
        return Piece(index: Index(tables.instructions.count - 1), height: height)
    }

    mutating func constant(_ value: Value, _ id: ID) -> Piece {
        tables.constants.append(value)
        var piece = append(.constant(Index(tables.constants.count - 1)), id, height: 1)
        piece.constant = value
        return piece
    }

    /// Takes the instructions of folded parts back, where they are the last.
    mutating func discard(_ parts: [Piece]) {
        guard let first = parts.first, Int(first.index) == tables.instructions.count - parts.count,
            case .constant(let constant) = tables.instructions[Int(first.index)],
            Int(constant) == tables.constants.count - parts.count
        else { return }
        tables.instructions.removeLast(parts.count)
        tables.offsets.removeLast(parts.count)
        tables.constants.removeLast(parts.count)
    }

    /// An instruction that is always this error.
    mutating func fail(_ code: EvaluationError.Code, _ cause: String, _ id: ID) -> Piece {
        tables.errors.append(EvaluationError(code, cause))
        return append(.fail(Index(tables.errors.count - 1)), id, height: 1)
    }

    mutating func text(_ text: String) -> Index {
        tables.texts.append(text)
        return Index(tables.texts.count - 1)
    }

    /// A run of `Code.operands`; returns its start.
    mutating func operands(_ pieces: [Piece]) -> Index {
        let first = Index(tables.operands.count)
        tables.operands.append(contentsOf: pieces.map(\.index))
        return first
    }

    /// The value of an operation whose parts are all constant, or its instruction. What is an error when folded stays
    /// an instruction, since `true || 1 / 0 == 0` is true.
    mutating func folding(
        _ id: ID, _ parts: [Piece],
        _ operation: ([Value], inout Budget) throws(EvaluationError) -> Value,
        orEmit instruction: () -> Instruction
    ) throws(ExpressionErrors) -> Piece {
        let values = parts.compactMap(\.constant)
        if values.count == parts.count, foldingBudget.remaining > 0 {
            do throws(EvaluationError) {
                let value = try operation(values, &foldingBudget)
                discard(parts)
                return constant(value, id)
            } catch {}
        }
        return try push(instruction(), id, parts)
    }
}
