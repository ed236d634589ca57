extension Parser {
    private static let keywords: Set<String> = ["true", "false", "null", "in"]
    /// Kept free for languages that CEL is embedded in; allowed after a dot.
    private static let reserved: Set<String> = [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
        "namespace", "return", "var", "void", "while",
    ]

    /// A primary expression with what is selected from it, indexed or called on it.
    mutating func member() throws(Failure) -> ID { try members(of: primary()) }

    /// `.field`, `.?field`, `.f(…)`, `[i]`, `[?i]` and `{…}` after an operand.
    mutating func members(of first: ID) throws(Failure) -> ID {
        var operand = first
        while case .symbol(let symbol) = token.kind {
            let offset = token.start
            switch symbol {
            case .dot:
                try advance()
                operand = try selection(from: operand)
            case .leftBracket:
                try advance()
                let isOptional = try take(.question)
                let index = try expression()
                try expect(.rightBracket, "`]`")
                operand = try add(
                    .index(operand: operand, index: index, isOptional: isOptional), at: offset, [operand, index])
            case .leftBrace:
                guard let message = try message(named: operand, at: offset) else { return operand }
                operand = message
            default: return operand
            }
        }
        return operand
    }

    @inline(never)
    private mutating func selection(from operand: ID) throws(Failure) -> ID {
        let isOptional = try take(.question)
        let offset = token.start
        if case .quotedIdentifier(let field) = token.kind {
            try advance()
            return try add(.select(operand: operand, field: field, isOptional: isOptional), at: offset, [operand])
        }
        guard case .identifier(let name) = token.kind, !Self.keywords.contains(name) else {
            throw unexpected(wanted: "a field or function name")
        }
        try advance()
        if !isOptional, try take(.leftParenthesis) {
            let arguments = try arguments()
            if let expanded = try expandMember(target: operand, name: name, arguments: arguments, at: offset) {
                return expanded
            }
            return try add(
                .memberCall(target: operand, name: name, arguments: arguments), at: offset, [operand] + arguments)
        }
        return try add(.select(operand: operand, field: name, isOptional: isOptional), at: offset, [operand])
    }

    /// The parts below are kept out of this function, and this out of its callers, so that a level of nesting takes
    /// little stack.
    @inline(never)
    private mutating func primary() throws(Failure) -> ID {
        let offset = token.start
        switch token.kind {
        case .symbol(.leftParenthesis): return try parenthesised()
        case .symbol(.leftBracket): return try list(at: offset)
        case .symbol(.leftBrace): return try map(at: offset)
        default: return try leaf(at: offset)
        }
    }

    @inline(never)
    private mutating func parenthesised() throws(Failure) -> ID {
        try advance()
        let inner = try expression()
        try expect(.rightParenthesis, "`)`")
        return inner
    }

    /// A literal or name.
    @inline(never)
    private mutating func leaf(at offset: Int) throws(Failure) -> ID {
        switch token.kind {
        case .int(let magnitude):
            guard let number = Int64(exactly: magnitude) else { throw outOfRange("\(magnitude)", at: offset) }
            return try literal(.int(number))
        case .uint(let number): return try literal(.uint(number))
        case .double(let number): return try literal(.double(number))
        case .string(let text): return try literal(.string(text))
        case .bytes(let bytes): return try literal(.bytes(bytes))
        case .identifier("true"): return try literal(.bool(true))
        case .identifier("false"): return try literal(.bool(false))
        case .identifier("null"): return try literal(.null)
        case .identifier(let name): return try named(name, isAbsolute: false)
        case .symbol(.dot):
            try advance()
            guard case .identifier(let name) = token.kind else { throw unexpected(wanted: "a name") }
            return try named(name, isAbsolute: true)
        default: throw unexpected(wanted: "an operand")
        }
    }

    @inline(never)
    private mutating func literal(_ value: Value) throws(Failure) -> ID {
        let offset = token.start
        try advance()
        return try add(.literal(value), at: offset, [])
    }

    @inline(never)
    private mutating func named(_ name: String, isAbsolute: Bool) throws(Failure) -> ID {
        let offset = token.start
        guard !Self.keywords.contains(name) else { throw unexpected(wanted: "a name") }
        guard !Self.reserved.contains(name) else { throw failure("`\(name)` is a reserved word", at: offset) }
        try advance()
        guard try take(.leftParenthesis) else {
            return try add(.identifier(name, isAbsolute: isAbsolute), at: offset, [])
        }
        let arguments = try arguments()
        if name == "has", !isAbsolute, arguments.count == 1 { return try presence(arguments[0], at: offset) }
        return try add(.call(name: name, isAbsolute: isAbsolute, arguments: arguments), at: offset, arguments)
    }

    /// The arguments of a call, its closing parenthesis included.
    private mutating func arguments() throws(Failure) -> [ID] {
        var list: [ID] = []
        if try take(.rightParenthesis) { return list }
        while true {
            list.append(try expression())
            if try take(.rightParenthesis) { return list }
            try expect(.comma, "`,` or `)`")
        }
    }

    @inline(never)
    private mutating func list(at offset: Int) throws(Failure) -> ID {
        try advance()
        var elements: [SyntaxNode.Element] = []
        while try !take(.rightBracket) {
            let isOptional = try take(.question)
            elements.append(SyntaxNode.Element(value: try expression(), isOptional: isOptional))
            if try take(.rightBracket) { break }
            try expect(.comma, "`,` or `]`")
        }
        return try add(.list(elements), at: offset, elements.map(\.value))
    }

    @inline(never)
    private mutating func map(at offset: Int) throws(Failure) -> ID {
        try advance()
        var entries: [SyntaxNode.Entry] = []
        while try !take(.rightBrace) {
            let isOptional = try take(.question)
            let key = try expression()
            try expect(.colon, "`:` and the value of the key")
            entries.append(SyntaxNode.Entry(key: key, value: try expression(), isOptional: isOptional))
            if try take(.rightBrace) { break }
            try expect(.comma, "`,` or `}`")
        }
        return try add(.map(entries), at: offset, entries.flatMap { [$0.key, $0.value] })
    }

    /// `Name{field: value}`; nil when the operand is no name, so that the brace is left to the caller to refuse.
    @inline(never)
    private mutating func message(named operand: ID, at offset: Int) throws(Failure) -> ID? {
        guard let name = qualifiedName(operand) else { return nil }
        try advance()
        var values: [ID] = []
        while try !take(.rightBrace) {
            _ = try take(.question)
            switch token.kind {
            case .identifier(let field) where !Self.keywords.contains(field): try advance()
            case .quotedIdentifier: try advance()
            default: throw unexpected(wanted: "a field name")
            }
            try expect(.colon, "`:` and the value of the field")
            values.append(try expression())
            if try take(.rightBrace) { break }
            try expect(.comma, "`,` or `}`")
        }
        return try add(
            .message(name: name.text, isAbsolute: name.isAbsolute, values: values), at: offset, values)
    }

    private func qualifiedName(_ id: ID) -> QualifiedName? {
        var names: [String] = []
        var next = id
        while case .select(let operand, let field, isOptional: false) = nodes[next].kind {
            names.append(field)
            next = operand
        }
        guard case .identifier(let root, let isAbsolute) = nodes[next].kind else { return nil }
        return QualifiedName(names: [root] + names.reversed(), isAbsolute: isAbsolute)
    }
}
