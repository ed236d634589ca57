/// `sort`, and the function that the macro `sortBy` becomes.
enum ListSorting {
    static let all: [FunctionDeclaration] = [
        .unary("sort", sortable.map { .member(.list($0), returns: .list($0)) }) {
            (a, budget) throws(EvaluationError) in
            guard case .list(let list) = a else { return nil }
            return .list(try sorted(list, by: list, &budget))
        },
        .binary(
            "@sortByAssociatedKeys", sortable.map { .member(.list(.a), .list($0), returns: .list(.a)) }
        ) { (a, b, budget) throws(EvaluationError) in
            guard case .list(let list) = a, case .list(let keys) = b, list.count == keys.count else { return nil }
            return .list(try sorted(list, by: keys, &budget))
        },
    ]

    private static let sortable: [CELType] = [.int, .uint, .double, .bool, .string, .bytes, .timestamp, .duration]

    /// The list in ascending order of its keys, equal ones as they stood. All keys are of one type.
    private static func sorted(
        _ list: [Value], by keys: [Value], _ budget: inout Budget
    ) throws(EvaluationError) -> [Value] {
        guard let first = keys.first else { return list }
        for key in keys {
            guard key.typeValue == first.typeValue else {
                throw EvaluationError(
                    .invalidArgument,
                    "cannot sort `\(first.typeValue)` with `\(key.typeValue)`: list elements must have the same type")
            }
            try budget.spend(cost(of: key, among: keys.count))
        }
        // Fails for types without an order, and so before the comparisons below.
        _ = try Value.compare(first, first)
        return keys.indices.sorted { a, b in
            let order = order(keys[a], keys[b])
            return order != 0 ? order < 0 : a < b
        }.map { list[$0] }
    }

    /// A key takes part in about as many comparisons as the count has bits.
    private static func cost(of key: Value, among count: Int) -> Int {
        let size: Int
        switch key {
        case .string(let text): size = text.utf8.count
        case .bytes(let bytes): size = bytes.count
        default: size = 0
        }
        return (1 + size / Budget.bytesPerStep) * (Int.bitWidth - count.leadingZeroBitCount)
    }

    /// INVARIANT: both are of one ordered type, so that comparing cannot fail. NaN stands before all numbers.
    private static func order(_ a: Value, _ b: Value) -> Int {
        if case .double(let a) = a, case .double(let b) = b {
            if a.isNaN || b.isNaN { return (a.isNaN ? 0 : 1) - (b.isNaN ? 0 : 1) }
        }
        return ((try? Value.compare(a, b)) ?? nil) ?? 0
    }
}
