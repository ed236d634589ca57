/// Functions that make a text of a text: case, `trim`, `reverse` and `strings.quote`.
enum StringTransforms {
    static let all: [FunctionDeclaration] = [
        transform("lowerAscii") { text in mapped(text) { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 } },
        transform("upperAscii") { text in mapped(text) { $0 >= 0x61 && $0 <= 0x7A ? $0 & 0xDF : $0 } },
        transform("trim") { text in
            let scalars = text.unicodeScalars
            guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
                let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
            else { return "" }
            return String(scalars[first...last])
        },
        .unary("strings.quote", [.global(.string, returns: .string)]) { (a, budget) throws(EvaluationError) in
            guard case .string(let text) = a else { return nil }
            // Each code point becomes two at most.
            try budget.spend(bytes: 2 * text.utf8.count)
            return .string(quoted(text))
        },
        .unary("reverse", [.member(.string, returns: .string), .member(.list(.a), returns: .list(.a))]) {
            (a, budget) throws(EvaluationError) in
            switch a {
            case .string(let text):
                try budget.spend(bytes: text.utf8.count)
                return .string(String(String.UnicodeScalarView(text.unicodeScalars.reversed())))
            case .list(let list):
                try budget.spend(list.count)
                return .list(list.reversed())
            default: return nil
            }
        },
    ]

    private static func transform(
        _ name: String, _ body: @escaping @Sendable (String) -> String
    ) -> FunctionDeclaration {
        .unary(name, [.member(.string, returns: .string)]) { (a, budget) throws(EvaluationError) in
            guard case .string(let text) = a else { return nil }
            try budget.spend(bytes: text.utf8.count)
            return .string(body(text))
        }
    }

    private static func mapped(_ text: String, _ change: (UInt8) -> UInt8) -> String {
        String(decoding: text.utf8.map(change), as: UTF8.self)
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{07}": quoted += "\\a"
            case "\u{08}": quoted += "\\b"
            case "\u{0C}": quoted += "\\f"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case "\u{0B}": quoted += "\\v"
            case "\\": quoted += "\\\\"
            case "\"": quoted += "\\\""
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
