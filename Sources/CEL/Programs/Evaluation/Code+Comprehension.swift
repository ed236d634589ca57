/// The macros that visit elements (cel-spec, "Macros").
extension Code {
    /// What a macro visits.
    enum Elements {
        case list([Value])
        case map(MapValue)

        var count: Int {
            switch self {
            case .list(let list): list.count
            case .map(let map): map.count
            }
        }
    }

    @inline(never)
    func comprehension<A: Activation>(
        _ comprehension: CompiledComprehension, _ index: Index, _ activation: A, _ machine: inout Machine
    ) throws(Stop) -> Value {
        let range = try value(comprehension.range, activation, &machine)
        let elements: Elements
        switch range {
        case .list(let list): elements = .list(list)
        case .map(let map): elements = .map(map)
        default: throw machine.fail(.noOverload(comprehension.name, [range]), at: index)
        }
        switch comprehension.kind {
        case .all: return try quantified(comprehension, elements, decidedBy: .false, activation, &machine)
        case .exists: return try quantified(comprehension, elements, decidedBy: .true, activation, &machine)
        case .existsOne: return try existsOne(comprehension, elements, activation, &machine)
        case .list: return .list(try bodies(comprehension, elements, activation, &machine))
        case .map, .entries: return try newMap(comprehension, elements, index, activation, &machine)
        case .sorted: return try sorted(comprehension, range, elements, index, activation, &machine)
        }
    }

    /// Gives the variables their values for one element.
    func visit(
        _ number: Int, of elements: Elements, _ comprehension: CompiledComprehension, _ machine: inout Machine
    ) throws(Stop) {
        guard machine.step(at: comprehension.body) else { throw .exhausted }
        let local = Int(comprehension.local)
        switch elements {
        case .list(let list) where comprehension.hasTwoVariables:
            machine.locals[local] = .value(.int(Int64(number)))
            machine.locals[local + 1] = .value(list[number])
        case .list(let list): machine.locals[local] = .value(list[number])
        case .map(let map):
            let entry = map.entries[number]
            machine.locals[local] = .value(entry.key)
            if comprehension.hasTwoVariables { machine.locals[local + 1] = .value(entry.value) }
        }
    }

    /// `all` and `exists` are `&&` and `||` over the elements, errors and unknowns included.
    private func quantified<A: Activation>(
        _ comprehension: CompiledComprehension, _ elements: Elements, decidedBy deciding: Truth, _ activation: A,
        _ machine: inout Machine
    ) throws(Stop) -> Value {
        var held: (error: EvaluationError?, place: Index)?
        var isUnknown = false
        for number in 0..<elements.count {
            try visit(number, of: elements, comprehension, &machine)
            switch truth(comprehension.body, activation, &machine) {
            case deciding: return .bool(deciding == .true)
            case .true, .false: continue
            case .failed: if held == nil { held = (machine.error, machine.place) }
            case .unknown: isUnknown = true
            case .exhausted: throw .exhausted
            }
        }
        if isUnknown { throw .unknown }
        if let held, let error = held.error { throw machine.fail(error, at: held.place) }
        return .bool(deciding == .false)
    }

    private func existsOne<A: Activation>(
        _ comprehension: CompiledComprehension, _ elements: Elements, _ activation: A, _ machine: inout Machine
    ) throws(Stop) -> Value {
        var count = 0
        for number in 0..<elements.count {
            try visit(number, of: elements, comprehension, &machine)
            if try holds(comprehension.body, activation, &machine) { count += 1 }
        }
        return .bool(count == 1)
    }

    private func bodies<A: Activation>(
        _ comprehension: CompiledComprehension, _ elements: Elements, _ activation: A, _ machine: inout Machine
    ) throws(Stop) -> [Value] {
        var result: [Value] = []
        for number in 0..<elements.count {
            try visit(number, of: elements, comprehension, &machine)
            if let filter = comprehension.filter, try !holds(filter, activation, &machine) { continue }
            result.append(try value(comprehension.body, activation, &machine))
        }
        return result
    }

    private func newMap<A: Activation>(
        _ comprehension: CompiledComprehension, _ elements: Elements, _ index: Index, _ activation: A,
        _ machine: inout Machine
    ) throws(Stop) -> Value {
        var result = MapValue()
        for number in 0..<elements.count {
            try visit(number, of: elements, comprehension, &machine)
            guard case .value(let key) = machine.locals[Int(comprehension.local)] else { throw .unknown }
            if let filter = comprehension.filter, try !holds(filter, activation, &machine) { continue }
            let body = try value(comprehension.body, activation, &machine)
            do throws(EvaluationError) {
                if comprehension.kind == .map {
                    try result.insert(key, body)
                } else if case .map(let entries) = body {
                    try machine.budget.spend(entries.count)
                    for entry in entries.entries { try result.insert(entry.key, entry.value) }
                } else {
                    throw EvaluationError.noOverload(comprehension.name, [body])
                }
            } catch { throw machine.fail(error, at: index) }
        }
        return .map(result)
    }

    private func sorted<A: Activation>(
        _ comprehension: CompiledComprehension, _ range: Value, _ elements: Elements, _ index: Index, _ activation: A,
        _ machine: inout Machine
    ) throws(Stop) -> Value {
        guard case .list = range, let sorting = Self.sorting else {
            throw machine.fail(.noOverload("sortBy", [range]), at: index)
        }
        let keys = try bodies(comprehension, elements, activation, &machine)
        return try attempt(index, &machine) { budget throws(EvaluationError) in
            try sorting([range, .list(keys)], &budget)
        }
    }

    /// Sorts a list by as many keys; the function library has it.
    private static let sorting = FunctionLibrary.extensions.first { $0.name == "@sortByAssociatedKeys" }?.implementation

    private func holds<A: Activation>(
        _ index: Index, _ activation: A, _ machine: inout Machine
    ) throws(Stop) -> Bool {
        switch truth(index, activation, &machine) {
        case .true: return true
        case .false: return false
        case .unknown: throw .unknown
        case .failed: throw .failed
        case .exhausted: throw .exhausted
        }
    }
}
