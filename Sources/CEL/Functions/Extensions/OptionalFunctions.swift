/// Functions of optional values. The macros `optMap` and `optFlatMap` and the operators are the language's own.
enum OptionalFunctions {
    static let all: [FunctionDeclaration] = making + reading + lists

    private static let making: [FunctionDeclaration] = [
        .unary("optional.of", [.global(.a, returns: .optional(.a))]) { (a, _) throws(EvaluationError) in
            .optional(.some(a))
        },
        .unary("optional.ofNonZeroValue", [.global(.a, returns: .optional(.a))]) { (a, _) throws(EvaluationError) in
            .optional(isZero(a) ? .none : .some(a))
        },
        FunctionDeclaration("optional.none", [.global(returns: .optional(.a))]) {
            (arguments, _) throws(EvaluationError) in
            guard arguments.isEmpty else { throw .noOverload("optional.none", arguments) }
            return .optional(.none)
        },
    ]

    private static let reading: [FunctionDeclaration] = [
        .unary("hasValue", [.member(.optional(.a), returns: .bool)]) { (a, _) throws(EvaluationError) in
            guard case .optional(let optional) = a else { return nil }
            return .bool(optional.hasValue)
        },
        .unary("value", [.member(.optional(.a), returns: .a)]) { (a, _) throws(EvaluationError) in
            guard case .optional(let optional) = a else { return nil }
            guard let value = optional.wrapped else {
                throw EvaluationError(
                    .invalidArgument, "`optional.none()` has no value; ask `hasValue()` first or use `orValue`")
            }
            return value
        },
        .binary("or", [.member(.optional(.a), .optional(.a), returns: .optional(.a))]) {
            (a, b, _) throws(EvaluationError) in
            guard case .optional(let optional) = a, case .optional = b else { return nil }
            return optional.hasValue ? a : b
        },
        .binary("orValue", [.member(.optional(.a), .a, returns: .a)]) { (a, b, _) throws(EvaluationError) in
            guard case .optional(let optional) = a else { return nil }
            return optional.wrapped ?? b
        },
    ]

    private static let lists: [FunctionDeclaration] = [
        .unary("first", [.member(.list(.a), returns: .optional(.a))]) { (a, _) throws(EvaluationError) in
            guard case .list(let list) = a else { return nil }
            return .optional(OptionalValue(list.first))
        },
        .unary("last", [.member(.list(.a), returns: .optional(.a))]) { (a, _) throws(EvaluationError) in
            guard case .list(let list) = a else { return nil }
            return .optional(OptionalValue(list.last))
        },
        .unary("optional.unwrap", [.global(.list(.optional(.a)), returns: .list(.a))], unwrap),
        .unary("unwrapOpt", [.member(.list(.optional(.a)), returns: .list(.a))], unwrap),
    ]

    private static let unwrap: FunctionDeclaration.Unary = { (a, budget) throws(EvaluationError) in
        guard case .list(let list) = a else { return nil }
        var values: [Value] = []
        for element in list {
            try budget.spend(1)
            guard case .optional(let optional) = element else { return nil }
            if let value = optional.wrapped { values.append(value) }
        }
        return .list(values)
    }

    /// The value that a field of its type has when nobody sets it.
    private static func isZero(_ value: Value) -> Bool {
        switch value {
        case .null: true
        case .bool(let bool): !bool
        case .int(let number): number == 0
        case .uint(let number): number == 0
        case .double(let number): number == 0
        case .string(let text): text.isEmpty
        case .bytes(let bytes): bytes.isEmpty
        case .list(let list): list.isEmpty
        case .map(let map): map.isEmpty
        case .timestamp(let timestamp): timestamp.seconds == 0 && timestamp.nanos == 0
        case .duration(let span): span.nanoseconds == 0
        case .optional(let optional): !optional.hasValue
        case .type, .ip, .cidr: false
        }
    }
}
