extension Checker {
    mutating func unary(_ id: ID, _ operation: UnaryOperator, _ operand: ID) -> CELType {
        let type = type(of: operand)
        switch (operation, substitution.outermost(type)) {
        case (.not, .bool): return .bool
        case (.negate, .int): return .int
        case (.negate, .double): return .double
        default: return overload(id, operation.rawValue, [type])
        }
    }

    mutating func binary(_ id: ID, _ operation: BinaryOperator, _ left: ID, _ right: ID) -> CELType {
        let first = type(of: left)
        let second = type(of: right)
        // Two plain types that agree are most of all operations; the table is for the others.
        if Self.isPlain(first), first == second {
            switch operation {
            case .equal, .notEqual: return .bool
            case .less, .lessOrEqual, .greater, .greaterOrEqual: return .bool
            case .add, .subtract, .multiply, .divide:
                if first == .int || first == .uint || first == .double { return first }
            default: break
            }
        }
        return overload(id, operation.rawValue, [first, second])
    }

    private static func isPlain(_ type: CELType) -> Bool {
        switch type {
        case .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration: true
        default: false
        }
    }

    private mutating func overload(_ id: ID, _ name: String, _ types: [CELType]) -> CELType {
        guard let function = environment.function(name) else { return .dyn }
        return overload(id, function, isMember: false, types)
    }

    mutating func call(_ id: ID, _ types: [CELType], _ arguments: [ID]) -> CELType {
        guard case .function(let function, let isMember, _)? = names.references[id] else { return .dyn }
        return overload(id, function, isMember: isMember, types)
    }

    /// The result of the overloads that take such arguments; when `dyn` leaves several with different results, `dyn`.
    private mutating func overload(
        _ id: ID, _ function: FunctionDeclaration, isMember: Bool, _ types: [CELType]
    ) -> CELType {
        var result: CELType?
        for overload in function.overloads where overload.isMember == isMember {
            guard overload.parameters.count == types.count else { continue }
            let instance = substitution.instantiate(overload)
            guard substitution.assign(types, to: instance.parameters) else { continue }
            if let earlier = result {
                if closed(earlier) != closed(instance.result) { return .dyn }
            } else {
                result = instance.result
            }
        }
        if let result { return result }
        noOverload(id, function, isMember: isMember, types)
        return .dyn
    }

    private mutating func noOverload(_ id: ID, _ function: FunctionDeclaration, isMember: Bool, _ types: [CELType]) {
        let name = Self.shown(function.name)
        let forms = function.overloads.filter { $0.isMember == isMember }
        if forms.isEmpty {
            let remedy = isMember ? "write `\(name)(…)`" : "write `….\(name)(…)`"
            fail(
                .type, at: id, "`\(name)` is \(isMember ? "no function of a value" : "called on a value")",
                remedy: remedy)
            return
        }
        let shown = forms.prefix(4).map { Self.text(of: $0.parameters, isMember: isMember) }
        fail(
            .type, at: id,
            "`\(name)` cannot be applied to \(Self.text(of: types.map { closed($0) }, isMember: isMember))",
            remedy: "it takes \(shown.joined(separator: " or "))" + (forms.count > 4 ? " or other forms" : ""))
    }

    /// `_==_` as it is written, `==`.
    private static func shown(_ name: String) -> String {
        guard name.hasPrefix("_") || name.hasSuffix("_"),
            name.contains(where: { !$0.isLetter && $0 != "_" }) || name == "_in_"
        else {
            return name
        }
        return String(name.filter { $0 != "_" })
    }

    private static func text(of types: [CELType], isMember: Bool) -> String {
        let texts = types.map(\.description)
        return isMember && !texts.isEmpty
            ? "`\(texts[0]).(\(texts.dropFirst().joined(separator: ", ")))`" : "`(\(texts.joined(separator: ", ")))`"
    }
}
