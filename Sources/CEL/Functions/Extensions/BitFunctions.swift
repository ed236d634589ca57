/// Bitwise functions of integers of one type.
enum BitFunctions {
    static let all: [FunctionDeclaration] = [
        bitwise("math.bitAnd", { $0 & $1 }),
        bitwise("math.bitOr", { $0 | $1 }),
        bitwise("math.bitXor", { $0 ^ $1 }),
        .unary("math.bitNot", [.global(.int, returns: .int), .global(.uint, returns: .uint)]) {
            (a, _) throws(EvaluationError) in
            switch a {
            case .int(let number): return .int(~number)
            case .uint(let number): return .uint(~number)
            default: return nil
            }
        },
        // Swift's smart shifts give zero from 64 bits on. Right shifts fill with zeros, also for negative numbers.
        shift("math.bitShiftLeft") { $0 << $1 },
        shift("math.bitShiftRight") { $0 >> $1 },
    ]

    private static func bitwise(
        _ name: String, _ combine: @escaping @Sendable (UInt64, UInt64) -> UInt64
    ) -> FunctionDeclaration {
        .binary(name, [.global(.int, .int, returns: .int), .global(.uint, .uint, returns: .uint)]) {
            (a, b, _) throws(EvaluationError) in
            switch (a, b) {
            case (.int(let a), .int(let b)):
                return .int(Int64(bitPattern: combine(UInt64(bitPattern: a), UInt64(bitPattern: b))))
            case (.uint(let a), .uint(let b)): return .uint(combine(a, b))
            default: return nil
            }
        }
    }

    private static func shift(
        _ name: String, _ shifted: @escaping @Sendable (UInt64, Int64) -> UInt64
    ) -> FunctionDeclaration {
        .binary(name, [.global(.int, .int, returns: .int), .global(.uint, .int, returns: .uint)]) {
            (a, b, _) throws(EvaluationError) in
            guard case .int(let places) = b else { return nil }
            guard places >= 0 else {
                throw EvaluationError(.invalidArgument, "`\(name)` by the negative number `\(places)`")
            }
            switch a {
            case .int(let number): return .int(Int64(bitPattern: shifted(UInt64(bitPattern: number), places)))
            case .uint(let number): return .uint(shifted(number, places))
            default: return nil
            }
        }
    }
}
