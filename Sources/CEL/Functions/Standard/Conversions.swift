/// `int()`, `string()` and the other conversions: exact, or an error when the result cannot hold the value.
enum Conversions {
    static let all: [FunctionDeclaration] =
        numbers + texts + times + [
            .unary(
                "bool", [.global(.bool, returns: .bool), .global(.string, returns: .bool)]
            ) { (a, _) throws(EvaluationError) in
                switch a {
                case .bool: return a
                case .string(let text): return .bool(try NumberText.bool(text))
                default: return nil
                }
            },
            .unary("type", [.global(.a, returns: .type(.a))]) { (a, _) throws(EvaluationError) in .type(a.typeValue) },
            .unary("dyn", [.global(.a, returns: .dyn)]) { (a, _) throws(EvaluationError) in a },
        ]

    private static let numbers: [FunctionDeclaration] = [
        .unary(
            "int",
            [
                .global(.int, returns: .int), .global(.uint, returns: .int), .global(.double, returns: .int),
                .global(.string, returns: .int), .global(.timestamp, returns: .int),
            ]
        ) { (a, _) throws(EvaluationError) in
            switch a {
            case .int: return a
            case .uint(let number):
                guard let number = Int64(exactly: number) else { throw outOfRange(a, .int) }
                return .int(number)
            case .double(let number):
                // -2^63 itself is refused, as the conformance suite has it.
                guard number.magnitude < 0x1p63 else { throw outOfRange(a, .int) }
                return .int(Int64(number))
            case .string(let text): return .int(try NumberText.int(text))
            case .timestamp(let timestamp): return .int(timestamp.seconds)
            default: return nil
            }
        },
        .unary(
            "uint",
            [
                .global(.uint, returns: .uint), .global(.int, returns: .uint), .global(.double, returns: .uint),
                .global(.string, returns: .uint),
            ]
        ) { (a, _) throws(EvaluationError) in
            switch a {
            case .uint: return a
            case .int(let number):
                guard let number = UInt64(exactly: number) else { throw outOfRange(a, .uint) }
                return .uint(number)
            case .double(let number):
                guard number >= 0, number < 0x1p64 else { throw outOfRange(a, .uint) }
                return .uint(UInt64(number))
            case .string(let text): return .uint(try NumberText.uint(text))
            default: return nil
            }
        },
        .unary(
            "double",
            [
                .global(.double, returns: .double), .global(.int, returns: .double), .global(.uint, returns: .double),
                .global(.string, returns: .double),
            ]
        ) { (a, _) throws(EvaluationError) in
            switch a {
            case .double: return a
            case .int(let number): return .double(Double(number))
            case .uint(let number): return .double(Double(number))
            case .string(let text): return .double(try NumberText.double(text))
            default: return nil
            }
        },
    ]

    private static let texts: [FunctionDeclaration] = [
        .unary(
            "string",
            [
                .global(.string, returns: .string), .global(.bool, returns: .string), .global(.int, returns: .string),
                .global(.uint, returns: .string), .global(.double, returns: .string), .global(.bytes, returns: .string),
                .global(.timestamp, returns: .string), .global(.duration, returns: .string),
                .global(.ip, returns: .string), .global(.cidr, returns: .string),
            ]
        ) { (a, budget) throws(EvaluationError) in
            switch a {
            case .string: return a
            case .bool(let bool): return .string(bool ? "true" : "false")
            case .int(let number): return .string(String(number))
            case .uint(let number): return .string(String(number))
            case .double(let number): return .string(DecimalText(number).general)
            case .bytes(let bytes):
                try budget.spend(bytes: bytes.count)
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw EvaluationError(
                        .invalidArgument, "invalid UTF-8 in bytes, which cannot be converted to a string")
                }
                return .string(text)
            case .timestamp(let timestamp): return .string(timestamp.text)
            case .duration(let span): return .string(span.text)
            case .ip(let address): return .string(address.text)
            case .cidr(let network): return .string(network.text)
            default: return nil
            }
        },
        .unary("bytes", [.global(.bytes, returns: .bytes), .global(.string, returns: .bytes)]) {
            (a, budget) throws(EvaluationError) in
            switch a {
            case .bytes: return a
            case .string(let text):
                try budget.spend(bytes: text.utf8.count)
                return .bytes(Array(text.utf8))
            default: return nil
            }
        },
    ]

    private static let times: [FunctionDeclaration] = [
        .unary(
            "timestamp",
            [
                .global(.timestamp, returns: .timestamp), .global(.string, returns: .timestamp),
                .global(.int, returns: .timestamp),
            ]
        ) { (a, budget) throws(EvaluationError) in
            switch a {
            case .timestamp: return a
            case .string(let text):
                try budget.spend(bytes: text.utf8.count)
                return .timestamp(try Timestamp(parsing: text))
            case .int(let seconds): return .timestamp(try Timestamp(seconds: seconds))
            default: return nil
            }
        },
        .unary("duration", [.global(.duration, returns: .duration), .global(.string, returns: .duration)]) {
            (a, budget) throws(EvaluationError) in
            switch a {
            case .duration: return a
            case .string(let text):
                try budget.spend(bytes: text.utf8.count)
                return .duration(try TimeSpan(parsing: text))
            default: return nil
            }
        },
    ]

    private static func outOfRange(_ value: Value, _ type: TypeValue) -> EvaluationError {
        EvaluationError(.outOfRange, "\(value.excerpt) is out of the range of `\(type)`")
    }
}
