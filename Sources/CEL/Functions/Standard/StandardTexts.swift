/// `size` and the tests of texts that the language has without extensions.
enum StandardTexts {
    static let all: [FunctionDeclaration] = [
        .unary(
            "size",
            [CELType.string, .bytes, .list(.a), .map(.a, .b)].flatMap {
                [.global($0, returns: .int), .member($0, returns: .int)]
            }
        ) { (a, budget) throws(EvaluationError) in
            switch a {
            case .string(let text):
                try budget.spend(bytes: text.utf8.count)
                return .int(Int64(text.codePointCount))
            case .bytes(let bytes): return .int(Int64(bytes.count))
            case .list(let list): return .int(Int64(list.count))
            case .map(let map): return .int(Int64(map.count))
            default: return nil
            }
        },
        test("contains") { text, other in text.contains(codePointsOf: other) },
        test("startsWith") { text, other in text.starts(withCodePointsOf: other) },
        test("endsWith") { text, other in text.ends(withCodePointsOf: other) },
        .binary(
            "matches", [.global(.string, .string, returns: .bool), .member(.string, .string, returns: .bool)]
        ) { (text, pattern, budget) throws(EvaluationError) in
            guard case .string(let text) = text, case .string(let pattern) = pattern else { return nil }
            try budget.spend(CompiledPattern.compileCost(of: pattern))
            let compiled = try CompiledPattern(pattern)
            try budget.spend(compiled.matchCost(of: text))
            return .bool(compiled.matches(text))
        },
    ]

    private static func test(
        _ name: String, _ holds: @escaping @Sendable (String, String) -> Bool
    ) -> FunctionDeclaration {
        .binary(name, [.member(.string, .string, returns: .bool)]) { (text, other, budget) throws(EvaluationError) in
            guard case .string(let text) = text, case .string(let other) = other else { return nil }
            try budget.spend(bytes: text.utf8.count)
            try budget.spend(bytes: other.utf8.count)
            return .bool(holds(text, other))
        }
    }
}
