/// The mathematics extension: rounding, classes of doubles, `abs`, `sign`, `sqrt`, `greatest` and `least`.
enum MathFunctions {
    static let all: [FunctionDeclaration] =
        BitFunctions.all + [
            extreme("math.greatest") { $0 > 0 },
            extreme("math.least") { $0 < 0 },
            rounding("math.ceil", .up),
            rounding("math.floor", .down),
            rounding("math.round", .toNearestOrAwayFromZero),
            rounding("math.trunc", .towardZero),
            test("math.isNaN") { $0.isNaN },
            test("math.isInf") { $0.isInfinite },
            test("math.isFinite") { $0.isFinite },
            .unary("math.abs", sameNumber) { (a, _) throws(EvaluationError) in
                switch a {
                case .int(let number): return number < 0 ? try Value.negate(a) : a
                case .uint: return a
                case .double(let number): return .double(number.magnitude)
                default: return nil
                }
            },
            .unary("math.sign", sameNumber) { (a, _) throws(EvaluationError) in
                switch a {
                case .int(let number): return .int(number.signum())
                case .uint(let number): return .uint(number == 0 ? 0 : 1)
                case .double(let number): return .double(number > 0 ? 1 : number < 0 ? -1 : number)
                default: return nil
                }
            },
            .unary(
                "math.sqrt",
                [.global(.double, returns: .double), .global(.int, returns: .double), .global(.uint, returns: .double)]
            ) { (a, _) throws(EvaluationError) in
                switch a {
                case .double(let number): return .double(number.squareRoot())
                case .int(let number): return .double(Double(number).squareRoot())
                case .uint(let number): return .double(Double(number).squareRoot())
                default: return nil
                }
            },
        ]

    private static let numbers: [CELType] = [.int, .uint, .double]
    private static let sameNumber: [FunctionDeclaration.Overload] = numbers.map { .global($0, returns: $0) }

    private static func rounding(_ name: String, _ rule: FloatingPointRoundingRule) -> FunctionDeclaration {
        .unary(name, [.global(.double, returns: .double)]) { (a, _) throws(EvaluationError) in
            guard case .double(let number) = a else { return nil }
            return .double(number.rounded(rule))
        }
    }

    private static func test(_ name: String, _ holds: @escaping @Sendable (Double) -> Bool) -> FunctionDeclaration {
        .unary(name, [.global(.double, returns: .bool)]) { (a, _) throws(EvaluationError) in
            guard case .double(let number) = a else { return nil }
            return .bool(holds(number))
        }
    }

    /// One number, two, or a list of them; the first of equal ones is the result.
    private static func extreme(
        _ name: String, _ isBetter: @escaping @Sendable (Int) -> Bool
    ) -> FunctionDeclaration {
        let pairs = numbers.flatMap { a in
            numbers.map { b in FunctionDeclaration.Overload.global(a, b, returns: a == b ? a : .dyn) }
        }
        let lists = (numbers + [.dyn]).map { FunctionDeclaration.Overload.global(.list($0), returns: $0) }
        return .unaryOrBinary(name, sameNumber + pairs + lists) { (a, b, budget) throws(EvaluationError) in
            if let b { return try best([a, b], isBetter, &budget) }
            guard case .list(let list) = a else { return try best([a], isBetter, &budget) }
            guard !list.isEmpty else {
                throw EvaluationError(.invalidArgument, "`\(name)` of an empty list; it needs a number")
            }
            return try best(list, isBetter, &budget)
        }
    }

    /// Nil when one is no number.
    private static func best(
        _ values: [Value], _ isBetter: (Int) -> Bool, _ budget: inout Budget
    ) throws(EvaluationError) -> Value? {
        var best: Value?
        for value in values {
            try budget.spend(1)
            switch value {
            case .int, .uint, .double: break
            default: return nil
            }
            guard let known = best else {
                best = value
                continue
            }
            if let order = try Value.compare(value, known), isBetter(order) { best = value }
        }
        return best
    }
}
