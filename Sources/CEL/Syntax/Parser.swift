/// A precedence parser (cel-spec, "Syntax"). Its recursion is bounded by `ExpressionLimits.depth`.
struct Parser {
    typealias Failure = Lexer.Failure
    typealias ID = SyntaxNode.ID

    private(set) var nodes: [SyntaxNode] = []
    /// Misuses of macros, which need not end the reading.
    var failures: [Failure] = []
    private var lexer: Lexer
    private(set) var token = Token(kind: .end, start: 0, end: 0)
    private let limits: ExpressionLimits
    private var depth = 0

    init(_ text: String, limits: ExpressionLimits) {
        lexer = Lexer(text)
        self.limits = limits
    }

    mutating func parse() throws(Failure) -> ID {
        try advance()
        let root = try expression()
        guard token.kind == .end else { throw unexpected() }
        return root
    }

    /// A whole expression: a condition of `?:` or less.
    mutating func expression() throws(Failure) -> ID {
        guard depth < limits.depth else { throw tooDeep(at: token.start) }
        depth += 1
        defer { depth -= 1 }
        let condition = try binary(minimum: 1)
        let offset = token.start
        guard try take(.question) else { return condition }
        let then = try binary(minimum: 1)
        try expect(.colon, "`:` of the conditional")
        let otherwise = try expression()
        return try add(
            .conditional(condition, then: then, otherwise: otherwise), at: offset, [condition, then, otherwise])
    }

    /// Operands joined by operators that bind at least as tightly as `minimum`.
    private mutating func binary(minimum: Int) throws(Failure) -> ID {
        var left = try unary()
        while let next = Infix(token.kind), next.precedence >= minimum {
            let offset = token.start
            try advance()
            let right = try binary(minimum: next.precedence + 1)
            switch next {
            case .plain(let operation): left = try add(.binary(operation, left, right), at: offset, [left, right])
            case .and:
                let terms = try moreTerms([left, right], of: .and)
                left = try add(.and(terms), at: offset, terms)
            case .or:
                let terms = try moreTerms([left, right], of: .or)
                left = try add(.or(terms), at: offset, terms)
            }
        }
        return left
    }

    /// A chain of `&&` or `||` is one node, so that a long one is not a deep one.
    @inline(never)
    private mutating func moreTerms(_ first: [ID], of infix: Infix) throws(Failure) -> [ID] {
        var terms = first
        while Infix(token.kind) == infix {
            try advance()
            terms.append(try binary(minimum: infix.precedence + 1))
        }
        return terms
    }

    private mutating func unary() throws(Failure) -> ID {
        guard case .symbol(let symbol) = token.kind, symbol == .not || symbol == .minus else { return try member() }
        return try prefixed(symbol)
    }

    @inline(never)
    private mutating func prefixed(_ symbol: Token.Symbol) throws(Failure) -> ID {
        var offsets: [Int] = []
        while token.kind == .symbol(symbol) {
            offsets.append(token.start)
            guard offsets.count <= limits.depth else { throw tooDeep(at: token.start) }
            try advance()
        }
        // A single minus belongs to the number after it: `-9223372036854775808` is a literal, `-1.f()` a call on it.
        if symbol == .minus, offsets.count == 1, let literal = try negativeLiteral(at: offsets[0]) {
            return try members(of: literal)
        }
        var operand = try member()
        for offset in offsets.reversed() {
            operand = try add(.unary(symbol == .not ? .not : .negate, operand), at: offset, [operand])
        }
        return operand
    }

    private mutating func negativeLiteral(at offset: Int) throws(Failure) -> ID? {
        let value: Value
        switch token.kind {
        case .int(let magnitude):
            guard magnitude <= 1 << 63 else { throw outOfRange("-\(magnitude)", at: offset) }
            value = .int(Int64(truncatingIfNeeded: 0 &- magnitude))
        case .double(let number): value = .double(-number)
        default: return nil
        }
        try advance()
        return try add(.literal(value), at: offset, [])
    }

    func outOfRange(_ text: String, at offset: Int) -> Failure {
        lexer.failure("the integer `\(text)` does not fit 64 bits", at: offset)
    }

    // MARK: Tokens

    @inline(never)
    mutating func advance() throws(Failure) { token = try lexer.next() }

    mutating func take(_ symbol: Token.Symbol) throws(Failure) -> Bool {
        guard token.kind == .symbol(symbol) else { return false }
        try advance()
        return true
    }

    mutating func expect(_ symbol: Token.Symbol, _ what: String) throws(Failure) {
        guard try take(symbol) else { throw unexpected(wanted: what) }
    }

    @inline(never)
    func unexpected(wanted: String? = nil) -> Failure {
        let tail = wanted.map { ", expected \($0)" } ?? ""
        guard token.kind != .end else {
            return lexer.failure("unexpected end of the expression" + tail, at: token.start)
        }
        return lexer.failure("unexpected \(Value.excerpt(text(of: token)))" + tail, at: token.start)
    }

    private func text(of token: Token) -> String {
        String(decoding: lexer.bytes[token.start..<token.end], as: UTF8.self)
    }

    func failure(_ cause: String, at offset: Int, remedy: String? = nil) -> Failure {
        lexer.failure(cause, at: offset, remedy: remedy)
    }

    // MARK: Nodes

    @inline(never)
    mutating func add(_ kind: SyntaxNode.Kind, at offset: Int, _ children: [ID]) throws(Failure) -> ID {
        var height = 1
        for child in children { height = max(height, nodes[child].height + 1) }
        guard height <= limits.depth else { throw tooDeep(at: offset) }
        guard nodes.count < limits.nodes else {
            throw Failure(
                code: .limit, offset: offset, cause: "the expression has more than \(limits.nodes) parts",
                remedy: "split it into variables")
        }
        nodes.append(SyntaxNode(kind: kind, offset: offset, height: height))
        return nodes.count - 1
    }

    @inline(never)
    private func tooDeep(at offset: Int) -> Failure {
        Failure(
            code: .limit, offset: offset, cause: "the expression is nested deeper than \(limits.depth) levels",
            remedy: "split it into variables")
    }
}

/// An operator between two operands.
private enum Infix: Equatable {
    case or
    case and
    case plain(BinaryOperator)

    /// 1 binds least.
    var precedence: Int {
        switch self {
        case .or: 1
        case .and: 2
        case .plain(.add), .plain(.subtract): 4
        case .plain(.multiply), .plain(.divide), .plain(.modulo): 5
        case .plain: 3
        }
    }

    init?(_ kind: Token.Kind) {
        switch kind {
        case .identifier("in"): self = .plain(.in)
        case .symbol(let symbol):
            switch symbol {
            case .or: self = .or
            case .and: self = .and
            case .equal: self = .plain(.equal)
            case .notEqual: self = .plain(.notEqual)
            case .less: self = .plain(.less)
            case .lessOrEqual: self = .plain(.lessOrEqual)
            case .greater: self = .plain(.greater)
            case .greaterOrEqual: self = .plain(.greaterOrEqual)
            case .plus: self = .plain(.add)
            case .minus: self = .plain(.subtract)
            case .times: self = .plain(.multiply)
            case .divide: self = .plain(.divide)
            case .modulo: self = .plain(.modulo)
            default: return nil
            }
        default: return nil
        }
    }
}
