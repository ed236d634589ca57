/// Short forms to declare functions of a fixed number of arguments. An implementation answers nil for arguments that
/// it has no overload for; what is called with another number of arguments has none either.
extension FunctionDeclaration {
    typealias Unary = @Sendable (_ a: Value, _ budget: inout Budget) throws(EvaluationError) -> Value?
    typealias Binary = @Sendable (_ a: Value, _ b: Value, _ budget: inout Budget) throws(EvaluationError) -> Value?
    typealias Ternary =
        @Sendable (_ a: Value, _ b: Value, _ c: Value?, _ budget: inout Budget) throws(EvaluationError) -> Value?
    typealias UnaryOrBinary =
        @Sendable (_ a: Value, _ b: Value?, _ budget: inout Budget) throws(EvaluationError) -> Value?

    static func unary(_ name: String, _ overloads: [Overload], _ body: @escaping Unary) -> FunctionDeclaration {
        FunctionDeclaration(name, overloads) { (arguments, budget) throws(EvaluationError) -> Value in
            guard arguments.count == 1, let result = try body(arguments[0], &budget) else {
                throw .noOverload(name, arguments)
            }
            return result
        }
    }

    static func binary(_ name: String, _ overloads: [Overload], _ body: @escaping Binary) -> FunctionDeclaration {
        FunctionDeclaration(name, overloads) { (arguments, budget) throws(EvaluationError) -> Value in
            guard arguments.count == 2, let result = try body(arguments[0], arguments[1], &budget) else {
                throw .noOverload(name, arguments)
            }
            return result
        }
    }

    static func unaryOrBinary(
        _ name: String, _ overloads: [Overload], _ body: @escaping UnaryOrBinary
    ) -> FunctionDeclaration {
        FunctionDeclaration(name, overloads) { (arguments, budget) throws(EvaluationError) -> Value in
            guard arguments.count == 1 || arguments.count == 2,
                let result = try body(arguments[0], arguments.count == 2 ? arguments[1] : nil, &budget)
            else { throw .noOverload(name, arguments) }
            return result
        }
    }

    static func binaryOrTernary(
        _ name: String, _ overloads: [Overload], _ body: @escaping Ternary
    ) -> FunctionDeclaration {
        FunctionDeclaration(name, overloads) { (arguments, budget) throws(EvaluationError) -> Value in
            guard arguments.count == 2 || arguments.count == 3,
                let result = try body(arguments[0], arguments[1], arguments.count == 3 ? arguments[2] : nil, &budget)
            else { throw .noOverload(name, arguments) }
            return result
        }
    }
}

extension FunctionDeclaration.Overload {
    /// `name(a, b)`.
    static func global(_ parameters: CELType..., returns result: CELType) -> FunctionDeclaration.Overload {
        FunctionDeclaration.Overload(isMember: false, parameters, result)
    }

    /// `a.name(b)`.
    static func member(_ parameters: CELType..., returns result: CELType) -> FunctionDeclaration.Overload {
        FunctionDeclaration.Overload(isMember: true, parameters, result)
    }
}

extension CELType {
    /// The type parameters that declarations use.
    static let a = CELType.parameter("A")
    static let b = CELType.parameter("B")
}
