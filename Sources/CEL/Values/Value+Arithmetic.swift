/// The arithmetic operators (cel-spec, "Arithmetic"): exact or an error, never wrapped around.
extension Value {
    /// `a + b`: numbers of one type, texts, bytes, lists, instants and durations.
    public static func add(_ a: Value, _ b: Value, _ budget: inout Budget) throws(EvaluationError) -> Value {
        switch (a, b) {
        case (.int(let a), .int(let b)): return try .int(checked(a.addingReportingOverflow(b), .int))
        case (.uint(let a), .uint(let b)): return try .uint(checked(a.addingReportingOverflow(b), .uint))
        case (.double(let a), .double(let b)): return .double(a + b)
        case (.string(let a), .string(let b)):
            try budget.spend(bytes: a.utf8.count + b.utf8.count)
            return .string(a + b)
        case (.bytes(let a), .bytes(let b)):
            try budget.spend(bytes: a.count + b.count)
            return .bytes(a + b)
        case (.list(let a), .list(let b)):
            try budget.spend(a.count + b.count)
            return .list(a.isEmpty ? b : b.isEmpty ? a : a + b)
        case (.timestamp(let a), .duration(let b)), (.duration(let b), .timestamp(let a)):
            return try .timestamp(a.adding(b))
        case (.duration(let a), .duration(let b)): return try .duration(a.adding(b))
        default: throw .noOverload("_+_", [a, b])
        }
    }

    /// `a - b`: numbers of one type, instants and durations.
    public static func subtract(_ a: Value, _ b: Value) throws(EvaluationError) -> Value {
        switch (a, b) {
        case (.int(let a), .int(let b)): return try .int(checked(a.subtractingReportingOverflow(b), .int))
        case (.uint(let a), .uint(let b)): return try .uint(checked(a.subtractingReportingOverflow(b), .uint))
        case (.double(let a), .double(let b)): return .double(a - b)
        case (.timestamp(let a), .timestamp(let b)): return try .duration(a.since(b))
        case (.timestamp(let a), .duration(let b)): return try .timestamp(a.subtracting(b))
        case (.duration(let a), .duration(let b)): return try .duration(a.subtracting(b))
        default: throw .noOverload("_-_", [a, b])
        }
    }

    /// `a * b`: numbers of one type.
    public static func multiply(_ a: Value, _ b: Value) throws(EvaluationError) -> Value {
        switch (a, b) {
        case (.int(let a), .int(let b)): return try .int(checked(a.multipliedReportingOverflow(by: b), .int))
        case (.uint(let a), .uint(let b)): return try .uint(checked(a.multipliedReportingOverflow(by: b), .uint))
        case (.double(let a), .double(let b)): return .double(a * b)
        default: throw .noOverload("_*_", [a, b])
        }
    }

    /// `a / b`: numbers of one type; integers truncate towards zero.
    public static func divide(_ a: Value, _ b: Value) throws(EvaluationError) -> Value {
        switch (a, b) {
        case (.int(let a), .int(let b)):
            if b == 0 { throw EvaluationError(.divideByZero, "divide by zero") }
            return try .int(checked(a.dividedReportingOverflow(by: b), .int))
        case (.uint(let a), .uint(let b)):
            if b == 0 { throw EvaluationError(.divideByZero, "divide by zero") }
            return .uint(a / b)
        case (.double(let a), .double(let b)): return .double(a / b)
        default: throw .noOverload("_/_", [a, b])
        }
    }

    /// `a % b`: integers of one type; the result has the sign of `a`.
    public static func modulo(_ a: Value, _ b: Value) throws(EvaluationError) -> Value {
        switch (a, b) {
        case (.int(let a), .int(let b)):
            if b == 0 { throw EvaluationError(.divideByZero, "modulus by zero") }
            return try .int(checked(a.remainderReportingOverflow(dividingBy: b), .int))
        case (.uint(let a), .uint(let b)):
            if b == 0 { throw EvaluationError(.divideByZero, "modulus by zero") }
            return .uint(a % b)
        default: throw .noOverload("_%_", [a, b])
        }
    }

    /// `-a`: signed numbers. Durations are not negated by the language.
    public static func negate(_ a: Value) throws(EvaluationError) -> Value {
        switch a {
        case .int(let a): return try .int(checked(Int64(0).subtractingReportingOverflow(a), .int))
        case .double(let a): return .double(-a)
        default: throw .noOverload("-_", [a])
        }
    }

    @inline(__always)
    private static func checked<Number>(
        _ result: (partialValue: Number, overflow: Bool), _ type: TypeValue
    ) throws(EvaluationError) -> Number {
        if result.overflow { throw .overflow(type) }
        return result.partialValue
    }
}
