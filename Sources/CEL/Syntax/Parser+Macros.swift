/// Macros are calls that the parser turns into nodes of their own, because they bind variables or look at syntax
/// (cel-spec, "Macros"; cel-go's extensions for two variables, bindings, optionals and blocks).
extension Parser {
    /// `has(e.f)`.
    mutating func presence(_ argument: ID, at offset: Int) throws(Failure) -> ID {
        guard case .select(let operand, let field, isOptional: false) = nodes[argument].kind else {
            return misuse("`has` takes a field selection", at: offset, remedy: "write `has(a.b)`", argument)
        }
        return try add(.presence(operand: operand, field: field), at: offset, [operand])
    }

    /// The node of a macro called on `target`; nil when the call is a plain one.
    mutating func expandMember(
        target: ID, name: String, arguments: [ID], at offset: Int
    ) throws(Failure) -> ID? {
        if case .identifier(let namespace, _) = nodes[target].kind {
            switch namespace {
            case "cel": if let node = try expandCEL(name, arguments, at: offset) { return node }
            case "math": return try expandVariadic(target, name, arguments, at: offset)
            default: break
            }
        }
        switch (name, arguments.count) {
        case ("optMap", 2), ("optFlatMap", 2):
            guard let variable = variable(arguments[0], of: name) else { return arguments[1] }
            return try add(
                .optionalMap(target: target, variable: variable, body: arguments[1], isFlat: name == "optFlatMap"),
                at: offset, [target, arguments[1]])
        default:
            guard let shape = Shape(name, arguments.count) else { return nil }
            return try comprehension(shape, name, target, arguments, at: offset)
        }
    }

    /// What the arguments of a macro over elements are, by name and number.
    private struct Shape {
        let kind: ComprehensionKind
        let variables: Int
        let hasFilter: Bool

        init?(_ name: String, _ count: Int) {
            switch (name, count) {
            case ("all", 2...3): self.init(.all, variables: count - 1)
            case ("exists", 2...3): self.init(.exists, variables: count - 1)
            case ("exists_one", 2...3), ("existsOne", 2...3): self.init(.existsOne, variables: count - 1)
            case ("map", 2...3): self.init(.list, variables: 1, hasFilter: count == 3)
            case ("filter", 2): self.init(.list, variables: 1, hasFilter: true)
            case ("sortBy", 2): self.init(.sorted, variables: 1)
            case ("transformList", 3...4): self.init(.list, variables: 2, hasFilter: count == 4)
            case ("transformMap", 3...4): self.init(.map, variables: 2, hasFilter: count == 4)
            case ("transformMapEntry", 3...4): self.init(.entries, variables: 2, hasFilter: count == 4)
            default: return nil
            }
        }

        private init(_ kind: ComprehensionKind, variables: Int, hasFilter: Bool = false) {
            self.kind = kind
            self.variables = variables
            self.hasFilter = hasFilter
        }
    }

    private mutating func comprehension(
        _ shape: Shape, _ name: String, _ range: ID, _ arguments: [ID], at offset: Int
    ) throws(Failure) -> ID {
        guard let first = variable(arguments[0], of: name) else { return range }
        var second: String?
        if shape.variables == 2 {
            guard let name = variable(arguments[1], of: name) else { return range }
            second = name
            if first == name {
                return misuse("both variables are called `\(name)`", at: nodes[arguments[1]].offset, range)
            }
        }
        let rest = Array(arguments[shape.variables...])
        // The body of `filter` is the element itself.
        let body = rest.count > (shape.hasFilter ? 1 : 0) ? rest[rest.count - 1] : arguments[0]
        let comprehension = Comprehension(
            kind: shape.kind, name: name, range: range, variable: first, secondVariable: second,
            filter: shape.hasFilter ? rest[0] : nil, body: body)
        return try add(.comprehension(comprehension), at: offset, [range] + rest)
    }

    /// `cel.bind`, `cel.block` and the names that blocks use.
    private mutating func expandCEL(_ name: String, _ arguments: [ID], at offset: Int) throws(Failure) -> ID? {
        switch (name, arguments.count) {
        case ("bind", 3):
            guard let variable = variable(arguments[0], of: "cel.bind") else { return arguments[2] }
            let binding = SyntaxNode.Binding(variable: variable, value: arguments[1])
            return try add(.bind([binding], body: arguments[2]), at: offset, [arguments[1], arguments[2]])
        case ("block", 2):
            guard case .list(let elements) = nodes[arguments[0]].kind, !elements.contains(where: \.isOptional) else {
                return misuse("`cel.block` takes a list of expressions first", at: offset, arguments[1])
            }
            let bindings = elements.enumerated().map {
                SyntaxNode.Binding(variable: Self.indexVariable($0.offset), value: $0.element.value)
            }
            return try add(.bind(bindings, body: arguments[1]), at: offset, elements.map(\.value) + [arguments[1]])
        case ("index", 1):
            guard let index = natural(arguments[0]) else {
                return misuse("`cel.index` takes a number from 0", at: offset, arguments[0])
            }
            return try add(.identifier(Self.indexVariable(index), isAbsolute: false), at: offset, [])
        case ("iterVar", 2), ("accuVar", 2):
            guard let depth = natural(arguments[0]), let unique = natural(arguments[1]) else {
                return misuse("`cel.\(name)` takes two numbers from 0", at: offset, arguments[0])
            }
            return try add(.identifier("@\(name):\(depth):\(unique)", isAbsolute: false), at: offset, [])
        default: return nil
        }
    }

    /// No identifier of a text begins with `@`.
    private static func indexVariable(_ index: Int) -> String { "@index\(index)" }

    /// `math.greatest` and `math.least` take any number of arguments; more than two become one list.
    private mutating func expandVariadic(
        _ target: ID, _ name: String, _ arguments: [ID], at offset: Int
    ) throws(Failure) -> ID? {
        guard name == "greatest" || name == "least" else { return nil }
        if arguments.isEmpty {
            return misuse("`math.\(name)` takes at least one argument", at: offset, target)
        }
        guard arguments.count > 2 else { return nil }
        let elements = arguments.map { SyntaxNode.Element(value: $0, isOptional: false) }
        let list = try add(.list(elements), at: offset, arguments)
        return try add(.memberCall(target: target, name: name, arguments: [list]), at: offset, [target, list])
    }

    private mutating func variable(_ id: ID, of macro: String) -> String? {
        if case .identifier(let name, isAbsolute: false) = nodes[id].kind { return name }
        _ = misuse("the variable of `\(macro)` must be a simple name", at: nodes[id].offset, id)
        return nil
    }

    private func natural(_ id: ID) -> Int? {
        if case .literal(.int(let number)) = nodes[id].kind, number >= 0 { Int(exactly: number) } else { nil }
    }

    /// Notes a misuse; the reading goes on with `stand-in` so that further faults are found.
    private mutating func misuse(_ cause: String, at offset: Int, remedy: String? = nil, _ standIn: ID) -> ID {
        failures.append(Failure(code: .macro, offset: offset, cause: cause, remedy: remedy))
        return standIn
    }
}
