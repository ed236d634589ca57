extension Value {
    /// Negative, zero or positive as `a` stands before, with or after `b`; nil when one is NaN. Fails for types that
    /// have no order, and for two different types unless both are numbers.
    public static func compare(_ a: Value, _ b: Value) throws(EvaluationError) -> Int? {
        switch (a, b) {
        case (.int(let a), .int(let b)): return NumberOrder.compare(a, b)
        case (.string(let a), .string(let b)): return a.compareCodePoints(to: b)
        case (.timestamp(let a), .timestamp(let b)): return NumberOrder.compare(a, b)
        case (.duration(let a), .duration(let b)): return NumberOrder.compare(a.nanoseconds, b.nanoseconds)
        case (.uint(let a), .uint(let b)): return NumberOrder.compare(a, b)
        case (.double(let a), .double(let b)): return NumberOrder.compare(a, b)
        case (.bool(let a), .bool(let b)): return (a ? 1 : 0) - (b ? 1 : 0)
        case (.bytes(let a), .bytes(let b)):
            return a.withUnsafeBufferPointer { a in b.withUnsafeBufferPointer { b in String.compareBytes(a, b) } }
        default:
            guard let order = try compareNumbers(a, b) else { return nil }
            return order
        }
    }

    /// Two numbers of different types.
    private static func compareNumbers(_ a: Value, _ b: Value) throws(EvaluationError) -> Int? {
        switch (a, b) {
        case (.int(let a), .uint(let b)): return NumberOrder.compare(a, b)
        case (.uint(let a), .int(let b)): return -NumberOrder.compare(b, a)
        case (.int(let a), .double(let b)): return NumberOrder.compare(Double(a), b)
        case (.double(let a), .int(let b)): return NumberOrder.compare(a, Double(b))
        case (.uint(let a), .double(let b)): return NumberOrder.compare(Double(a), b)
        case (.double(let a), .uint(let b)): return NumberOrder.compare(a, Double(b))
        default: throw EvaluationError.noOverload("_<_", [a, b])
        }
    }
}
