/// The operators as functions: what the checker knows of them, and what a call by name does.
enum Operators {
    static let all: [FunctionDeclaration] = arithmetic + comparisons + membership

    private static let arithmetic: [FunctionDeclaration] = [
        .binary(
            "_+_",
            [
                .global(.int, .int, returns: .int), .global(.uint, .uint, returns: .uint),
                .global(.double, .double, returns: .double), .global(.string, .string, returns: .string),
                .global(.bytes, .bytes, returns: .bytes), .global(.list(.a), .list(.a), returns: .list(.a)),
                .global(.timestamp, .duration, returns: .timestamp),
                .global(.duration, .timestamp, returns: .timestamp),
                .global(.duration, .duration, returns: .duration),
            ]
        ) { (a, b, budget) throws(EvaluationError) in try Value.add(a, b, &budget) },
        .binary(
            "_-_",
            [
                .global(.int, .int, returns: .int), .global(.uint, .uint, returns: .uint),
                .global(.double, .double, returns: .double), .global(.timestamp, .timestamp, returns: .duration),
                .global(.timestamp, .duration, returns: .timestamp), .global(.duration, .duration, returns: .duration),
            ]
        ) { (a, b, _) throws(EvaluationError) in try Value.subtract(a, b) },
        .binary("_*_", numbers) { (a, b, _) throws(EvaluationError) in try Value.multiply(a, b) },
        .binary("_/_", numbers) { (a, b, _) throws(EvaluationError) in try Value.divide(a, b) },
        .binary("_%_", [.global(.int, .int, returns: .int), .global(.uint, .uint, returns: .uint)]) {
            (a, b, _) throws(EvaluationError) in try Value.modulo(a, b)
        },
        .unary("-_", [.global(.int, returns: .int), .global(.double, returns: .double)]) {
            (a, _) throws(EvaluationError) in try Value.negate(a)
        },
        .unary("!_", [.global(.bool, returns: .bool)]) { (a, _) throws(EvaluationError) in
            guard case .bool(let bool) = a else { return nil }
            return .bool(!bool)
        },
    ]

    private static let numbers: [FunctionDeclaration.Overload] = [
        .global(.int, .int, returns: .int), .global(.uint, .uint, returns: .uint),
        .global(.double, .double, returns: .double),
    ]

    private static let comparisons: [FunctionDeclaration] = [
        .binary("_==_", [.global(.a, .a, returns: .bool)]) { (a, b, budget) throws(EvaluationError) in
            .bool(try Value.equals(a, b, &budget))
        },
        .binary("_!=_", [.global(.a, .a, returns: .bool)]) { (a, b, budget) throws(EvaluationError) in
            .bool(try !Value.equals(a, b, &budget))
        },
        ordering("_<_") { $0 < 0 },
        ordering("_<=_") { $0 <= 0 },
        ordering("_>_") { $0 > 0 },
        ordering("_>=_") { $0 >= 0 },
    ]

    /// Types with an order, each with itself, and numbers with one another.
    private static let ordered: [FunctionDeclaration.Overload] = {
        let same: [CELType] = [.bool, .string, .bytes, .timestamp, .duration]
        let numbers: [CELType] = [.int, .uint, .double]
        return same.map { .global($0, $0, returns: .bool) }
            + numbers.flatMap { a in numbers.map { .global(a, $0, returns: .bool) } }
    }()

    private static func ordering(
        _ name: String, _ holds: @escaping @Sendable (Int) -> Bool
    ) -> FunctionDeclaration {
        .binary(name, ordered) { (a, b, _) throws(EvaluationError) in .bool(try Value.compare(a, b).map(holds) ?? false)
        }
    }

    private static let membership: [FunctionDeclaration] = [
        .binary("_in_", [.global(.a, .list(.a), returns: .bool), .global(.a, .map(.a, .b), returns: .bool)]) {
            (element, container, budget) throws(EvaluationError) in
            switch container {
            case .list(let list):
                for candidate in list {
                    try budget.spend(1)
                    if try Value.equals(element, candidate, &budget) { return .bool(true) }
                }
                return .bool(false)
            case .map(let map): return .bool(map.contains(element))
            default: return nil
            }
        },
        .binary("_[_]", [.global(.list(.a), .int, returns: .a), .global(.map(.a, .b), .a, returns: .b)]) {
            (container, key, _) throws(EvaluationError) in
            switch container {
            case .list(let list):
                guard case .int(let place) = MapKey(key) else {
                    throw EvaluationError(.invalidArgument, "\(key.excerpt) is no index of a list")
                }
                guard place >= 0, place < Int64(list.count) else {
                    throw EvaluationError(
                        .invalidArgument, "the index `\(place)` is out of bounds of a list of \(list.count)")
                }
                return list[Int(place)]
            case .map(let map):
                if let value = map[key] { return value }
                throw EvaluationError(.noSuchKey, "no such key: \(key.excerpt)")
            default: return nil
            }
        },
    ]
}
