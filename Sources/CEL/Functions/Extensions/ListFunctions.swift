/// The lists extension, without `reverse`, which texts share, and `first` and `last`, which make optionals.
enum ListFunctions {
    static let all: [FunctionDeclaration] =
        ListSorting.all + [
            FunctionDeclaration("slice", [.member(.list(.a), .int, .int, returns: .list(.a))]) {
                (arguments, budget) throws(EvaluationError) in
                guard arguments.count == 3, case .list(let list) = arguments[0], case .int(let start) = arguments[1],
                    case .int(let end) = arguments[2]
                else { throw .noOverload("slice", arguments) }
                guard start >= 0, start <= end, end <= Int64(list.count) else {
                    throw EvaluationError(
                        .invalidArgument, "cannot slice from `\(start)` to `\(end)` in a list of \(list.count)")
                }
                try budget.spend(Int(end - start))
                return .list(Array(list[Int(start)..<Int(end)]))
            },
            .unaryOrBinary(
                "flatten",
                [.member(.list(.list(.a)), returns: .list(.a)), .member(.list(.dyn), .int, returns: .list(.dyn))]
            ) { (a, b, budget) throws(EvaluationError) in
                guard case .list(let list) = a, case .int(let depth) = b ?? .int(1) else { return nil }
                guard depth >= 0 else {
                    throw EvaluationError(.invalidArgument, "`flatten` to the negative depth `\(depth)`")
                }
                var flat: [Value] = []
                try flatten(list, depth, into: &flat, &budget)
                return .list(flat)
            },
            .unary("distinct", [.member(.list(.a), returns: .list(.a))]) { (a, budget) throws(EvaluationError) in
                guard case .list(let list) = a else { return nil }
                var seen = ValueSet()
                var distinct: [Value] = []
                for element in list where try seen.insert(element, &budget) { distinct.append(element) }
                return .list(distinct)
            },
            .unary("lists.range", [.global(.int, returns: .list(.int))]) { (a, budget) throws(EvaluationError) in
                guard case .int(let count) = a else { return nil }
                guard count > 0 else { return .list([]) }
                try budget.spend(Int(count))
                return .list((0..<count).map(Value.int))
            },
        ]

    /// Recursion ends at `Value.nestingLimit` even where the depth asked for is larger.
    private static func flatten(
        _ list: [Value], _ depth: Int64, into flat: inout [Value], _ budget: inout Budget, level: Int = 0
    ) throws(EvaluationError) {
        let level = try Value.nested(level)
        for element in list {
            try budget.spend(1)
            if depth > 0, case .list(let inner) = element {
                try flatten(inner, depth - 1, into: &flat, &budget, level: level)
            } else {
                flat.append(element)
            }
        }
    }
}
