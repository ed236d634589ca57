import WireFormat

/// Conditions. They are evaluated to a `Truth` rather than a `Value`, because that fits a register.
extension Code {
    /// Evaluates an instruction as a condition.
    func truth<A: Activation>(_ index: Index, _ activation: A, _ machine: inout Machine) -> Truth {
        guard machine.step(at: index) else { return .exhausted }
        switch instructions[Int(index)] {
        case .and(let first, let count):
            return terms(first, count, decidedBy: .false, activation, &machine)
        case .or(let first, let count):
            return terms(first, count, decidedBy: .true, activation, &machine)
        case .not(let operand):
            return truth(operand, activation, &machine).negated
        case .slotEqualsText(let slot, let text, let isNegated):
            switch activation.answer(Int(slot)) {
            case .value(.string(let value)):
                return Truth(isText(Int(text), value) != isNegated)
            case .value: return Truth(isNegated)
            case .missing: return missing(slot, index, &machine)
            case .unknown: return .unknown
            }
        case .slotEqualsInt(let slot, let constant, let isNegated):
            switch activation.answer(Int(slot)) {
            case .value(.int(let value)):
                if case .int(let wanted) = constants[Int(constant)] { return Truth((value == wanted) != isNegated) }
                return Truth(isNegated)
            case .value(let value):
                return attempt(index, &machine) { budget throws(EvaluationError) in
                    try Value.equals(value, constants[Int(constant)], &budget) != isNegated
                }
            case .missing: return missing(slot, index, &machine)
            case .unknown: return .unknown
            }
        case .slotEqualsSlot(let left, let right, let isNegated):
            return slotsEqual(left, right, isNegated, index, activation, &machine)
        case .slotIsTrue(let slot):
            switch activation.answer(Int(slot)) {
            case .value(.bool(let value)): return Truth(value)
            case .value(let value): return notBool(value, index, &machine)
            case .missing: return missing(slot, index, &machine)
            case .unknown: return .unknown
            }
        case .slotPresent(let slot):
            switch activation.answer(Int(slot)) {
            case .value: return .true
            case .missing: return .false
            case .unknown: return .unknown
            }
        case .slotOrderInt(let order, let slot, let constant):
            switch activation.answer(Int(slot)) {
            case .value(let value):
                let wanted = constants[Int(constant)]
                if case .int(let left) = value, case .int(let right) = wanted {
                    return Truth(order.accepts(left < right ? -1 : left > right ? 1 : 0))
                }
                return compared(order, value, wanted, index, &machine)
            case .missing: return missing(slot, index, &machine)
            case .unknown: return .unknown
            }
        case .slotInTexts(let slot, let first, let count):
            switch activation.answer(Int(slot)) {
            case .value(.string(let text)):
                let key = TextKey(text)
                for constant in Int(first)..<Int(first &+ count) where keys[constant].agrees(with: key) {
                    if key.isWhole || text.hasSameCodePoints(as: texts[constant]) { return .true }
                }
                return .false
            // A text equals nothing but a text.
            case .value: return .false
            case .missing: return missing(slot, index, &machine)
            case .unknown: return .unknown
            }
        case .slotInSet(let slot, let set):
            switch activation.answer(Int(slot)) {
            case .value(.string(let text)):
                if let answer = sets[Int(set)].contains(text) { return Truth(answer) }
                return contains(Int(set), .string(text), index, &machine)
            case .value(.int(let number)):
                if let answer = sets[Int(set)].contains(number) { return Truth(answer) }
                return contains(Int(set), .int(number), index, &machine)
            case .value(let value): return contains(Int(set), value, index, &machine)
            case .missing: return missing(slot, index, &machine)
            case .unknown: return .unknown
            }
        default: return generalTruth(index, activation, &machine)
        }
    }

    /// The conditions that need values of their operands, apart so that the function above keeps a small frame.
    @inline(never)
    private func generalTruth<A: Activation>(_ index: Index, _ activation: A, _ machine: inout Machine) -> Truth {
        do throws(Stop) {
            switch instructions[Int(index)] {
            case .equal(let left, let right, let isNegated):
                let first = try value(left, activation, &machine)
                let second = try value(right, activation, &machine)
                return attempt(index, &machine) { budget throws(EvaluationError) in
                    try Value.equals(first, second, &budget) != isNegated
                }
            case .order(let order, let left, let right):
                let first = try value(left, activation, &machine)
                let second = try value(right, activation, &machine)
                return compared(order, first, second, index, &machine)
            case .contained(let element, in: let container):
                let first = try value(element, activation, &machine)
                let second = try value(container, activation, &machine)
                return attempt(index, &machine) { budget throws(EvaluationError) in
                    try first.isContained(in: second, &budget)
                }
            case .inSet(let element, let set):
                return contains(Int(set), try value(element, activation, &machine), index, &machine)
            case .textTest(let test, let operand, let text):
                let value = try value(operand, activation, &machine)
                let wanted = texts[Int(text)]
                guard case .string(let text) = value else {
                    return machine.fail(.noOverload(test.rawValue, [value, .string(wanted)]), at: index).truth
                }
                return attempt(index, &machine) { budget throws(EvaluationError) in
                    try budget.spend(bytes: test == .contains ? text.utf8.count : wanted.utf8.count)
                    return test.holds(text, wanted)
                }
            case .matches(let operand, let pattern):
                let value = try value(operand, activation, &machine)
                guard case .string(let text) = value else {
                    return machine.fail(.noOverload("matches", [value]), at: index).truth
                }
                return attempt(index, &machine) { budget throws(EvaluationError) in
                    let pattern = patterns[Int(pattern)]
                    try budget.spend(pattern.matchCost(of: text))
                    return pattern.matches(text)
                }
            case .present(let operand, let field):
                let value = try value(operand, activation, &machine)
                return attempt(index, &machine) { _ throws(EvaluationError) in try value.has(texts[Int(field)]) }
            case .conditional(let condition, let then, let otherwise):
                switch truth(condition, activation, &machine) {
                case .true: return truth(then, activation, &machine)
                case .false: return truth(otherwise, activation, &machine)
                case let other: return other
                }
            case .bind(let first, let count, let body):
                for local in first..<first + count { machine.locals[Int(local)] = .unset }
                return truth(body, activation, &machine)
            default:
                let value = try self.value(index, activation, &machine)
                if case .bool(let bool) = value { return Truth(bool) }
                return notBool(value, index, &machine)
            }
        } catch {
            return error.truth
        }
    }

    /// The terms of `&&` or `||` (cel-spec, "Logical Operators"): one that decides does so whatever others are; else
    /// an unknown one leaves it open; else an error is one.
    private func terms<A: Activation>(
        _ first: Index, _ count: Index, decidedBy deciding: Truth, _ activation: A, _ machine: inout Machine
    ) -> Truth {
        var result = deciding.negated
        var held: (error: EvaluationError?, place: Index)?
        for place in Int(first)..<Int(first + count) {
            let term = truth(operands[place], activation, &machine)
            switch term {
            case .true, .false: if term == deciding { return deciding }
            case .exhausted: return .exhausted
            case .unknown: result = .unknown
            case .failed:
                if held == nil { held = (machine.error, machine.place) }
                if result != .unknown { result = .failed }
            }
        }
        if result == .failed, let held, let error = held.error { _ = machine.fail(error, at: held.place) }
        return result
    }

    private func slotsEqual<A: Activation>(
        _ left: Index, _ right: Index, _ isNegated: Bool, _ index: Index, _ activation: A, _ machine: inout Machine
    ) -> Truth {
        switch (activation.answer(Int(left)), activation.answer(Int(right))) {
        case (.value(.string(let first)), .value(.string(let second))):
            return Truth(first.hasSameCodePoints(as: second) != isNegated)
        case (.value(let first), .value(let second)):
            return attempt(index, &machine) { budget throws(EvaluationError) in
                try Value.equals(first, second, &budget) != isNegated
            }
        case (.missing, _): return missing(left, index, &machine)
        case (_, .missing): return missing(right, index, &machine)
        default: return .unknown
        }
    }

    /// Whether a text is the constant one.
    @inline(__always)
    private func isText(_ constant: Int, _ text: String) -> Bool {
        let key = keys[constant]
        guard text.utf8.count == key.count, TextKey(text).agrees(with: key) else { return false }
        return key.isWhole || text.hasSameCodePoints(as: texts[constant])
    }

    @inline(never)
    private func contains(_ set: Int, _ value: Value, _ index: Index, _ machine: inout Machine) -> Truth {
        let answer: Bool? =
            switch value {
            case .string(let text): sets[set].contains(text)
            case .int(let number): sets[set].contains(number)
            default: nil
            }
        if let answer { return Truth(answer) }
        return attempt(index, &machine) { budget throws(EvaluationError) in
            try value.isContained(in: .list(sets[set].elements), &budget)
        }
    }

    @inline(never)
    private func compared(
        _ order: Order, _ left: Value, _ right: Value, _ index: Index, _ machine: inout Machine
    ) -> Truth {
        attempt(index, &machine) { budget throws(EvaluationError) in
            if case .string(let text) = left { try budget.spend(bytes: text.utf8.count) }
            // NaN is neither before nor after anything.
            guard let comparison = try Value.compare(left, right) else { return false }
            return order.accepts(comparison)
        }
    }

    @inline(__always)
    private func attempt(
        _ index: Index, _ machine: inout Machine,
        _ body: (inout Budget) throws(EvaluationError) -> Bool
    ) -> Truth {
        do throws(EvaluationError) {
            return Truth(try body(&machine.budget))
        } catch {
            return machine.fail(error, at: index).truth
        }
    }

    @inline(never)
    private func missing(_ slot: Index, _ index: Index, _ machine: inout Machine) -> Truth {
        machine.fail(missingSlot(slot), at: index).truth
    }

    /// The error of reading a slot that has no value.
    func missingSlot(_ slot: Index) -> EvaluationError {
        EvaluationError(.noSuchField, "`\(slots[Int(slot)].name)` has no value")
    }

    @inline(never)
    private func notBool(_ value: Value, _ index: Index, _ machine: inout Machine) -> Truth {
        let error = EvaluationError(.noSuchOverload, "a condition is of type `\(value.typeValue)`, not bool")
        return machine.fail(error, at: index).truth
    }
}

extension Truth {
    @inline(__always)
    init(_ bool: Bool) { self = bool ? .true : .false }

    /// True for false and the other way round; what is neither stays so.
    @inline(__always)
    var negated: Truth {
        switch self {
        case .true: .false
        case .false: .true
        default: self
        }
    }
}
