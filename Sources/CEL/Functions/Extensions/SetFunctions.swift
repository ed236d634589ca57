/// The sets extension: lists taken as sets, by the language's equality.
enum SetFunctions {
    static let all: [FunctionDeclaration] = [
        relation("sets.contains") { (a, b, budget) throws(EvaluationError) in
            try isSubset(b, of: a, &budget)
        },
        relation("sets.equivalent") { (a, b, budget) throws(EvaluationError) in
            guard try isSubset(b, of: a, &budget) else { return false }
            return try isSubset(a, of: b, &budget)
        },
        relation("sets.intersects") { (a, b, budget) throws(EvaluationError) in
            let set = try ValueSet(a, &budget)
            for element in b where try set.contains(element, &budget) { return true }
            return false
        },
    ]

    private typealias Relation =
        @Sendable (_ a: [Value], _ b: [Value], _ budget: inout Budget) throws(EvaluationError) -> Bool

    private static func relation(_ name: String, _ holds: @escaping Relation) -> FunctionDeclaration {
        .binary(name, [.global(.list(.a), .list(.a), returns: .bool)]) { (a, b, budget) throws(EvaluationError) in
            guard case .list(let a) = a, case .list(let b) = b else { return nil }
            return .bool(try holds(a, b, &budget))
        }
    }

    private static func isSubset(
        _ part: [Value], of whole: [Value], _ budget: inout Budget
    ) throws(EvaluationError) -> Bool {
        let set = try ValueSet(whole, &budget)
        for element in part where try !set.contains(element, &budget) { return false }
        return true
    }
}
