extension Value {
    /// Deepest nesting that equality and formatting follow. Expressions nest no deeper than their own limit; data
    /// from outside might, and each level takes a stack frame.
    static let nestingLimit = 512

    /// Whether both values are equal (cel-spec, "Equality"): numbers across their types, NaN with nothing, lists and
    /// maps by what they hold, other values of different types never.
    public static func equals(_ a: Value, _ b: Value, _ budget: inout Budget) throws(EvaluationError) -> Bool {
        try equals(a, b, &budget, depth: 0)
    }

    private static func equals(
        _ a: Value, _ b: Value, _ budget: inout Budget, depth: Int
    ) throws(EvaluationError) -> Bool {
        switch (a, b) {
        case (.int(let a), .int(let b)): return a == b
        case (.string(let a), .string(let b)):
            guard a.utf8.count == b.utf8.count else { return false }
            try budget.spend(bytes: a.utf8.count)
            return a.hasSameCodePoints(as: b)
        case (.bool(let a), .bool(let b)): return a == b
        case (.null, .null): return true
        case (.uint(let a), .uint(let b)): return a == b
        case (.double(let a), .double(let b)): return a == b
        case (.int(let a), .uint(let b)): return a >= 0 && UInt64(a) == b
        case (.uint(let a), .int(let b)): return b >= 0 && a == UInt64(b)
        case (.int(let a), .double(let b)): return Double(a) == b
        case (.double(let a), .int(let b)): return a == Double(b)
        case (.uint(let a), .double(let b)): return Double(a) == b
        case (.double(let a), .uint(let b)): return a == Double(b)
        case (.timestamp(let a), .timestamp(let b)): return a == b
        case (.duration(let a), .duration(let b)): return a == b
        case (.type(let a), .type(let b)): return a.name.hasSameCodePoints(as: b.name)
        case (.ip(let a), .ip(let b)): return a == b
        case (.cidr(let a), .cidr(let b)): return a == b
        case (.bytes(let a), .bytes(let b)):
            guard a.count == b.count else { return false }
            try budget.spend(bytes: a.count)
            return a == b
        case (.list(let a), .list(let b)): return try equals(a, b, &budget, depth: depth)
        case (.map(let a), .map(let b)): return try equals(a, b, &budget, depth: depth)
        case (.optional(let a), .optional(let b)):
            switch (a.wrapped, b.wrapped) {
            case (nil, nil): return true
            case (let a?, let b?): return try equals(a, b, &budget, depth: nested(depth))
            default: return false
            }
        default: return false
        }
    }

    private static func equals(
        _ a: [Value], _ b: [Value], _ budget: inout Budget, depth: Int
    ) throws(EvaluationError) -> Bool {
        guard a.count == b.count else { return false }
        let depth = try nested(depth)
        for place in a.indices {
            try budget.spend(1)
            guard try equals(a[place], b[place], &budget, depth: depth) else { return false }
        }
        return true
    }

    private static func equals(
        _ a: MapValue, _ b: MapValue, _ budget: inout Budget, depth: Int
    ) throws(EvaluationError) -> Bool {
        guard a.count == b.count else { return false }
        let depth = try nested(depth)
        for (key, value) in a.entries {
            try budget.spend(MapValue.lookupCost)
            guard let other = b[key], try equals(value, other, &budget, depth: depth) else { return false }
        }
        return true
    }

    /// One level further down, or an error where there is no further.
    static func nested(_ depth: Int) throws(EvaluationError) -> Int {
        guard depth < nestingLimit else {
            throw EvaluationError(.exhausted, "the value is nested more than \(nestingLimit) levels deep")
        }
        return depth + 1
    }
}
