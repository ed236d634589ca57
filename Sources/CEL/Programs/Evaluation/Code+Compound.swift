/// Instructions whose parts are a run of `operands`, and those of optionals. They are apart from `value` so that its
/// stack frame stays small.
extension Code {
    @inline(never)
    func compound<A: Activation>(
        _ index: Index, _ activation: A, _ machine: inout Machine
    ) throws(Stop) -> Value {
        switch instructions[Int(index)] {
        case .call(let function, let first, let count):
            let arguments = try values(first, count, activation, &machine)
            return try attempt(index, &machine) { budget throws(EvaluationError) in
                try functions[Int(function)].implementation(arguments, &budget)
            }
        case .list(let first, let count): return try list(first, count, activation, &machine)
        case .map(let first, let count): return try map(first, count, index, activation, &machine)
        case .optionalOr(let optional, let alternative, let unwraps):
            let value = try value(optional, activation, &machine)
            guard case .optional(let optional) = value else {
                throw machine.fail(.noOverload(unwraps ? "orValue" : "or", [value]), at: index)
            }
            if let wrapped = optional.wrapped { return unwraps ? wrapped : value }
            let other = try self.value(alternative, activation, &machine)
            if unwraps { return other }
            if case .optional = other { return other }
            throw machine.fail(.noOverload("or", [value, other]), at: index)
        case .optionalMap(let target, let local, let body, let isFlat):
            let value = try value(target, activation, &machine)
            guard case .optional(let optional) = value else {
                throw machine.fail(.noOverload(isFlat ? "optFlatMap" : "optMap", [value]), at: index)
            }
            guard let wrapped = optional.wrapped else { return value }
            machine.locals[Int(local)] = .value(wrapped)
            let mapped = try self.value(body, activation, &machine)
            guard isFlat else { return .optional(.some(mapped)) }
            if case .optional = mapped { return mapped }
            throw machine.fail(.noOverload("optFlatMap", [value, mapped]), at: index)
        // INVARIANT: the others are evaluated by `value`, an optional part by its list or map.
        default: throw machine.fail(EvaluationError(.invalidArgument, "malformed program"), at: index)
        }
    }

    /// The values of a run of operands; an error among them wins over an unknown.
    private func values<A: Activation>(
        _ first: Index, _ count: Index, _ activation: A, _ machine: inout Machine
    ) throws(Stop) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(Int(count))
        var isUnknown = false
        for place in Int(first)..<Int(first + count) {
            do throws(Stop) {
                values.append(try value(operands[place], activation, &machine))
            } catch {
                guard error == .unknown else { throw error }
                isUnknown = true
            }
        }
        if isUnknown { throw .unknown }
        return values
    }

    private func list<A: Activation>(
        _ first: Index, _ count: Index, _ activation: A, _ machine: inout Machine
    ) throws(Stop) -> Value {
        var elements: [Value] = []
        elements.reserveCapacity(Int(count))
        for place in Int(first)..<Int(first + count) {
            if case .optionalPart(let part) = instructions[Int(operands[place])] {
                if let value = try optionalPart(part, activation, &machine) { elements.append(value) }
            } else {
                elements.append(try value(operands[place], activation, &machine))
            }
        }
        return .list(elements)
    }

    private func map<A: Activation>(
        _ first: Index, _ count: Index, _ index: Index, _ activation: A, _ machine: inout Machine
    ) throws(Stop) -> Value {
        var map = MapValue()
        for pair in stride(from: Int(first), to: Int(first + count), by: 2) {
            let key = try value(operands[pair], activation, &machine)
            let entry: Value
            if case .optionalPart(let part) = instructions[Int(operands[pair + 1])] {
                guard let value = try optionalPart(part, activation, &machine) else { continue }
                entry = value
            } else {
                entry = try value(operands[pair + 1], activation, &machine)
            }
            do throws(EvaluationError) { try map.insert(key, entry) } catch { throw machine.fail(error, at: index) }
        }
        return .map(map)
    }

    private func optionalPart<A: Activation>(
        _ index: Index, _ activation: A, _ machine: inout Machine
    ) throws(Stop) -> Value? {
        let value = try value(index, activation, &machine)
        if case .optional(let optional) = value { return optional.wrapped }
        let error = EvaluationError(
            .noSuchOverload, "the value after `?` is of type `\(value.typeValue)`, not optional_type")
        throw machine.fail(error, at: index)
    }
}
