/// Values of instructions.
extension Code {
    /// Evaluates an instruction.
    func value<A: Activation>(
        _ index: Index, _ activation: A, _ machine: inout Machine
    ) throws(Stop) -> Value {
        guard machine.step(at: index) else { throw .exhausted }
        switch instructions[Int(index)] {
        case .constant(let constant): return constants[Int(constant)]
        case .fail(let error): throw machine.fail(errors[Int(error)], at: index)
        case .slot(let slot):
            switch activation.answer(Int(slot)) {
            case .value(let value): return value
            case .missing: throw machine.fail(missingSlot(slot), at: index)
            case .unknown: throw .unknown
            }
        case .local(let local):
            if case .value(let value) = machine.locals[Int(local)] { return value }
            throw .unknown
        case .lazyLocal(let local, let definition):
            return try lazyLocal(Int(local), definition, activation, &machine)
        case .negate(let operand):
            let value = try value(operand, activation, &machine)
            return try attempt(index, &machine) { _ throws(EvaluationError) in try Value.negate(value) }
        case .arithmetic(let operation, let left, let right):
            let first = try value(left, activation, &machine)
            let second = try value(right, activation, &machine)
            return try attempt(index, &machine) { budget throws(EvaluationError) in
                try operation.apply(first, second, &budget)
            }
        case .select(let operand, let field, let isOptional):
            let value = try value(operand, activation, &machine)
            return try attempt(index, &machine) { _ throws(EvaluationError) in
                let field = texts[Int(field)]
                return try isOptional ? value.optionallySelected(field) : value.selected(field)
            }
        case .index(let operand, let place, let isOptional):
            let container = try value(operand, activation, &machine)
            let key = try value(place, activation, &machine)
            return try attempt(index, &machine) { _ throws(EvaluationError) in
                try isOptional ? container.optionalElement(at: key) : container.element(at: key)
            }
        case .conditional(let condition, let then, let otherwise):
            switch truth(condition, activation, &machine) {
            case .true: return try value(then, activation, &machine)
            case .false: return try value(otherwise, activation, &machine)
            case .unknown: throw .unknown
            case .failed: throw .failed
            case .exhausted: throw .exhausted
            }
        case .bind(let first, let count, let body):
            for local in first..<first + count { machine.locals[Int(local)] = .unset }
            return try value(body, activation, &machine)
        case .comprehension(let number):
            return try comprehension(comprehensions[Int(number)], index, activation, &machine)
        case .call, .list, .map, .optionalPart, .optionalOr, .optionalMap:
            return try compound(index, activation, &machine)
        case .not, .and, .or, .equal, .slotEqualsText, .slotEqualsInt, .slotEqualsSlot, .slotIsTrue, .slotPresent,
            .order,
            .slotOrderInt, .contained, .inSet, .slotInSet, .slotInTexts, .textTest, .matches, .present:
            switch truth(index, activation, &machine) {
            case .true: return .bool(true)
            case .false: return .bool(false)
            case .unknown: throw .unknown
            case .failed: throw .failed
            case .exhausted: throw .exhausted
            }
        }
    }

    /// A variable of `bind`: its value is computed at its first use, and remembered as error or unknown too.
    private func lazyLocal<A: Activation>(
        _ local: Int, _ definition: Index, _ activation: A, _ machine: inout Machine
    ) throws(Stop) -> Value {
        switch machine.locals[local] {
        case .value(let value): return value
        case .failed(let error, let place): throw machine.fail(error, at: place)
        case .unknown: throw .unknown
        case .unset: break
        }
        do throws(Stop) {
            let value = try value(definition, activation, &machine)
            machine.locals[local] = .value(value)
            return value
        } catch {
            switch error {
            case .failed: if let cause = machine.error { machine.locals[local] = .failed(cause, at: machine.place) }
            case .unknown: machine.locals[local] = .unknown
            case .exhausted: break
            }
            throw error
        }
    }

    @inline(__always)
    func attempt(
        _ index: Index, _ machine: inout Machine,
        _ body: (inout Budget) throws(EvaluationError) -> Value
    ) throws(Stop) -> Value {
        do throws(EvaluationError) {
            return try body(&machine.budget)
        } catch {
            throw machine.fail(error, at: index)
        }
    }
}

extension Arithmetic {
    /// The operator of two values.
    func apply(_ left: Value, _ right: Value, _ budget: inout Budget) throws(EvaluationError) -> Value {
        switch self {
        case .add: try Value.add(left, right, &budget)
        case .subtract: try Value.subtract(left, right)
        case .multiply: try Value.multiply(left, right)
        case .divide: try Value.divide(left, right)
        case .modulo: try Value.modulo(left, right)
        }
    }
}
