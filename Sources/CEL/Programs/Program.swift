/// A compiled expression: immutable, and free to be evaluated by any number of threads at once.
public struct Program: Sendable {
    let code: Code
    /// The text that it was compiled from.
    public let text: String
    /// The table that its slots are numbered by, as it stood after compiling.
    public var slots: [Slot] { code.slots }
    /// Numbers of the slots that it may read, in order.
    public let slotsUsed: [Int]

    init(_ code: Code, text: String, slotsUsed: [Int]) {
        self.code = code
        self.text = text
        self.slotsUsed = slotsUsed
    }

    /// The value, when folding has found it already.
    public var constant: Value? {
        if case .constant(let index) = code.instructions[Int(code.root)] { code.constants[Int(index)] } else { nil }
    }

    /// Evaluates the program.
    public func evaluate<A: Activation>(_ activation: A, budget: inout Budget) -> Outcome {
        var machine = Machine(budget: budget, localCount: code.localCount)
        defer { budget = machine.budget }
        do throws(Stop) {
            return .value(try code.value(code.root, activation, &machine))
        } catch {
            return error == .unknown ? .unknown : .failure(failure(machine))
        }
    }

    /// Evaluates the program with a budget of its own.
    public func evaluate<A: Activation>(_ activation: A, budget: Budget = .standard) -> Outcome {
        var budget = budget
        return evaluate(activation, budget: &budget)
    }

    /// Evaluates a condition. The cheapest way: nothing is allocated for comparisons, `in` constants and their logic.
    public func decide<A: Activation>(_ activation: A, budget: inout Budget) -> Truth {
        var machine = Machine(budget: budget, localCount: code.localCount)
        let truth = code.truth(code.root, activation, &machine)
        budget = machine.budget
        return truth
    }

    func failure(_ machine: Machine) -> EvaluationFailure {
        let error = machine.error ?? EvaluationError(.invalidArgument, "malformed program")
        return EvaluationFailure(error: error, offset: Int(code.offsets[Int(machine.place)]))
    }
}

extension Budget {
    /// 100,000 steps, about five milliseconds: conditions of people take fewer than a hundred.
    public static let standard = Budget(steps: 100_000)
}

extension Environment {
    /// Compiles a checked expression; its slots are numbered in `slots`, shared by all programs that are to be
    /// evaluated on one activation.
    ///
    /// - Throws: when variables of `cel.bind` depend on each other too deeply.
    public func compile(
        _ checked: CheckedExpression, slots: inout SlotTable
    ) throws(ExpressionErrors) -> Program {
        try compile(checked.expression, checked.names, &slots)
    }

    /// Compiles a checked expression with slots of its own.
    public func compile(_ checked: CheckedExpression) throws(ExpressionErrors) -> Program {
        var slots = SlotTable()
        return try compile(checked, slots: &slots)
    }

    /// Compiles an expression without checking it: undeclared names and types that do not fit are errors when they are
    /// evaluated.
    public func compile(unchecked expression: Expression) throws(ExpressionErrors) -> Program {
        var resolver = NameResolver(expression, in: self)
        resolver.resolve()
        var slots = SlotTable()
        return try compile(expression, resolver.names, &slots)
    }

    private func compile(
        _ expression: Expression, _ names: ResolvedNames, _ slots: inout SlotTable
    ) throws(ExpressionErrors) -> Program {
        var compiler = Compiler(expression, names, in: self, slots: slots)
        let program = try compiler.compile()
        slots = compiler.slotTable
        return program
    }
}
