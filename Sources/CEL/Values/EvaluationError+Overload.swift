extension EvaluationError {
    /// No form of the function takes values of these types.
    static func noOverload(_ function: String, _ arguments: [Value]) -> EvaluationError {
        let types = arguments.map(\.typeValue.name).joined(separator: ", ")
        return EvaluationError(.noSuchOverload, "no such overload: `\(function)` applied to `(\(types))`")
    }

    /// A result that its type cannot hold.
    static func overflow(_ type: TypeValue) -> EvaluationError {
        EvaluationError(.outOfRange, "the result is out of the range of `\(type)`")
    }
}
