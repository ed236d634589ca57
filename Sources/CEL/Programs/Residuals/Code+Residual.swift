/// Partial evaluation. Every part is first evaluated as it would be otherwise, by the same evaluator; only what comes
/// back unknown is taken apart, so that a plan cannot disagree with a check.
extension Code {
    func residual<A: Activation>(_ index: Index, _ activation: A, _ machine: inout Machine) -> Residual {
        do throws(Stop) {
            return .literal(try value(index, activation, &machine))
        } catch {
            if error != .unknown { return failure(machine) }
        }
        switch instructions[Int(index)] {
        case .slot(let slot), .slotIsTrue(let slot): return .slot(Int(slot))
        case .slotPresent(let slot): return .present(Int(slot))
        case .slotEqualsText(let slot, let text, let isNegated):
            return equality(.slot(Int(slot)), .literal(.string(texts[Int(text)])), isNegated)
        case .slotEqualsInt(let slot, let constant, let isNegated):
            return equality(.slot(Int(slot)), .literal(constants[Int(constant)]), isNegated)
        case .slotEqualsSlot(let left, let right, let isNegated):
            return equality(slot(left, activation), slot(right, activation), isNegated)
        case .slotOrderInt(let order, let slot, let constant):
            return .call(order.name, [.slot(Int(slot)), .literal(constants[Int(constant)])])
        case .slotInSet(let slot, let set):
            return .call("_in_", [.slot(Int(slot)), .literal(.list(sets[Int(set)].elements))])
        case .slotInTexts(let slot, let first, let count):
            let elements = texts[Int(first)..<Int(first + count)].map(Value.string)
            return .call("_in_", [.slot(Int(slot)), .literal(.list(elements))])
        case .inSet(let operand, let set):
            return .call("_in_", [residual(operand, activation, &machine), .literal(.list(sets[Int(set)].elements))])
        case .textTest(let test, let operand, let text):
            let wanted = Residual.literal(.string(texts[Int(text)]))
            return .call(test.rawValue, [residual(operand, activation, &machine), wanted])
        case .matches(let operand, let pattern):
            let text = Residual.literal(.string(patternTexts[Int(pattern)]))
            return .call("matches", [residual(operand, activation, &machine), text])
        case .equal(let left, let right, let isNegated):
            let first = residual(left, activation, &machine)
            return equality(first, residual(right, activation, &machine), isNegated)
        case .order(let order, let left, let right): return call(order.name, [left, right], activation, &machine)
        case .contained(let left, in: let right): return call("_in_", [left, right], activation, &machine)
        case .arithmetic(let operation, let left, let right):
            return call(operation.name, [left, right], activation, &machine)
        case .negate(let operand): return call("-_", [operand], activation, &machine)
        case .index(let operand, let place, let isOptional):
            return call(isOptional ? "_[?_]" : "_[_]", [operand, place], activation, &machine)
        case .call(let function, let first, let count):
            let parts = operands[Int(first)..<Int(first + count)]
            return call(functions[Int(function)].name, Array(parts), activation, &machine)
        case .optionalOr(let left, let right, let unwraps):
            return call(unwraps ? "orValue" : "or", [left, right], activation, &machine)
        default: return logicalResidual(index, activation, &machine)
        }
    }

    @inline(never)
    private func logicalResidual<A: Activation>(
        _ index: Index, _ activation: A, _ machine: inout Machine
    ) -> Residual {
        switch instructions[Int(index)] {
        case .not(let operand):
            let part = residual(operand, activation, &machine)
            if case .not(let inner) = part { return inner }
            return .not(part)
        case .and(let first, let count): return terms(first, count, isAnd: true, activation, &machine)
        case .or(let first, let count): return terms(first, count, isAnd: false, activation, &machine)
        case .conditional(let condition, let then, let otherwise):
            switch residual(condition, activation, &machine) {
            case .literal(.bool(let bool)): return residual(bool ? then : otherwise, activation, &machine)
            case let part:
                let first = residual(then, activation, &machine)
                return .conditional(part, then: first, otherwise: residual(otherwise, activation, &machine))
            }
        case .select(let operand, let field, isOptional: false):
            return .select(residual(operand, activation, &machine), field: texts[Int(field)])
        case .present(let operand, let field):
            return .has(residual(operand, activation, &machine), field: texts[Int(field)])
        case .list(let first, let count):
            let parts = operands[Int(first)..<Int(first + count)]
            if parts.contains(where: { isOptionalPart($0) }) { return opaque(index) }
            return .list(parts.map { residual($0, activation, &machine) })
        case .lazyLocal(_, let definition): return residual(definition, activation, &machine)
        case .bind(let first, let count, let body):
            for local in first..<first + count { machine.locals[Int(local)] = .unset }
            return residual(body, activation, &machine)
        case .comprehension(let number):
            return unrolled(comprehensions[Int(number)], index, activation, &machine)
        default: return opaque(index)
        }
    }

    private func isOptionalPart(_ index: Index) -> Bool {
        if case .optionalPart = instructions[Int(index)] { true } else { false }
    }

    private func failure(_ machine: Machine) -> Residual {
        .failure(machine.error ?? EvaluationError(.invalidArgument, "malformed program"))
    }

    private func slot<A: Activation>(_ slot: Index, _ activation: A) -> Residual {
        switch activation.answer(Int(slot)) {
        case .value(let value): .literal(value)
        case .missing: .failure(missingSlot(slot))
        case .unknown: .slot(Int(slot))
        }
    }

    private func equality(_ left: Residual, _ right: Residual, _ isNegated: Bool) -> Residual {
        .call(isNegated ? "_!=_" : "_==_", [left, right])
    }

    private func call<A: Activation>(
        _ name: String, _ parts: [Index], _ activation: A, _ machine: inout Machine
    ) -> Residual {
        .call(name, parts.map { residual($0, activation, &machine) })
    }

    /// What is left of `&&` or `||`: terms that decide nothing go, nested ones of the same kind are taken in.
    private func terms<A: Activation>(
        _ first: Index, _ count: Index, isAnd: Bool, _ activation: A, _ machine: inout Machine
    ) -> Residual {
        let parts = operands[Int(first)..<Int(first + count)].map { residual($0, activation, &machine) }
        return joined(parts, isAnd: isAnd)
    }

    private func joined(_ parts: [Residual], isAnd: Bool) -> Residual {
        var terms: [Residual] = []
        for part in parts {
            switch part {
            case .literal(.bool(let bool)):
                if bool != isAnd { return part }
            case .and(let inner) where isAnd: terms.append(contentsOf: inner)
            case .or(let inner) where !isAnd: terms.append(contentsOf: inner)
            default: terms.append(part)
            }
        }
        if terms.count > 1 { return isAnd ? .and(terms) : .or(terms) }
        return terms.first ?? .literal(.bool(isAnd))
    }

    /// `all` and `exists` over known elements are `and` and `or` of their bodies.
    private func unrolled<A: Activation>(
        _ comprehension: CompiledComprehension, _ index: Index, _ activation: A, _ machine: inout Machine
    ) -> Residual {
        guard comprehension.kind == .all || comprehension.kind == .exists else { return opaque(index) }
        let elements: Elements
        switch residual(comprehension.range, activation, &machine) {
        case .literal(.list(let list)): elements = .list(list)
        case .literal(.map(let map)): elements = .map(map)
        default: return opaque(index)
        }
        var parts: [Residual] = []
        for number in 0..<elements.count {
            do throws(Stop) {
                try visit(number, of: elements, comprehension, &machine)
            } catch {
                return failure(machine)
            }
            parts.append(residual(comprehension.body, activation, &machine))
        }
        return joined(parts, isAnd: comprehension.kind == .all)
    }

    private func opaque(_ index: Index) -> Residual {
        var slots: Set<Int> = []
        var seen: Set<Index> = []
        collectSlots(index, &slots, &seen)
        return .opaque(offset: Int(offsets[Int(index)]), slots: slots.sorted())
    }
}
