/// Values without repetition, by the language's equality. What can be a map's key is found by its hash, other values
/// one by one.
struct ValueSet {
    private var keys: Set<MapKey> = []
    private var others: [Value] = []

    init() {}

    init(_ values: [Value], _ budget: inout Budget) throws(EvaluationError) {
        for value in values { _ = try insert(value, &budget) }
    }

    /// Whether the value was not there before.
    mutating func insert(_ value: Value, _ budget: inout Budget) throws(EvaluationError) -> Bool {
        try spend(for: value, &budget)
        if let key = MapKey(value) { return keys.insert(key).inserted }
        if try isOther(value, &budget) { return false }
        others.append(value)
        return true
    }

    /// Whether an equal value is there.
    func contains(_ value: Value, _ budget: inout Budget) throws(EvaluationError) -> Bool {
        try spend(for: value, &budget)
        if let key = MapKey(value) { return keys.contains(key) }
        return try isOther(value, &budget)
    }

    private func spend(for value: Value, _ budget: inout Budget) throws(EvaluationError) {
        try budget.spend(MapValue.lookupCost)
        if case .string(let text) = value { try budget.spend(bytes: text.utf8.count) }
    }

    private func isOther(_ value: Value, _ budget: inout Budget) throws(EvaluationError) -> Bool {
        for other in others {
            try budget.spend(1)
            if try Value.equals(value, other, &budget) { return true }
        }
        return false
    }
}
