@testable import CEL

/// What an expression comes to, as one line of text.
enum Evaluating {
    /// Parses, checks, compiles and evaluates; errors come back as `error: …`.
    static func text(
        _ expression: String, _ variables: [String: Value] = [:], container: String = "", isChecked: Bool = true,
        limits: ExpressionLimits = .standard, budget: Budget = .standard
    ) -> String {
        let environment = Environment(
            container: container, variables: variables.mapValues { _ in .dyn }, limits: limits)
        let program: Program
        do throws(ExpressionErrors) {
            let parsed = try Expression.parse(expression, limits: limits)
            program =
                isChecked
                ? try environment.compile(environment.check(parsed)) : try environment.compile(unchecked: parsed)
        } catch {
            return "error: \(error)"
        }
        return text(program.evaluate(SlotValues(program.slots, variables: variables), budget: budget))
    }

    static func text(_ outcome: Outcome) -> String {
        switch outcome {
        case .value(let value): text(value)
        case .failure(let failure): "error: \(failure)"
        case .unknown: "unknown"
        }
    }

    /// A value as CEL would write it.
    static func text(_ value: Value) -> String {
        switch value {
        case .null: "null"
        case .bool(let bool): "\(bool)"
        case .int(let number): "\(number)"
        case .uint(let number): "\(number)u"
        case .double(let number): "\(number)"
        case .string(let text): "'\(text)'"
        case .bytes(let bytes): "b\(bytes)"
        case .list(let list): "[\(list.map(text).joined(separator: ", "))]"
        case .map(let map): "{\(map.entries.map { "\(text($0.key)): \(text($0.value))" }.joined(separator: ", "))}"
        case .type(let type): type.name
        case .optional(let optional): optional.wrapped.map { "optional(\(text($0)))" } ?? "none"
        default: "\(value.typeValue)"
        }
    }

    /// A residual as an expression, slots by their names.
    static func text(_ residual: Residual, _ slots: [Slot]) -> String {
        func show(_ part: Residual) -> String { text(part, slots) }
        return switch residual {
        case .literal(let value): text(value)
        case .failure(let error): "<\(error.code.rawValue)>"
        case .slot(let slot): slots[slot].name
        case .present(let slot): "has(\(slots[slot].name))"
        case .call(let name, let parts): "\(name)(\(parts.map(show).joined(separator: ", ")))"
        case .select(let part, let field): "\(show(part)).\(field)"
        case .has(let part, let field): "has(\(show(part)).\(field))"
        case .not(let part): "not(\(show(part)))"
        case .and(let parts): "and(\(parts.map(show).joined(separator: ", ")))"
        case .or(let parts): "or(\(parts.map(show).joined(separator: ", ")))"
        case .conditional(let condition, let then, let otherwise):
            "if(\(show(condition)), \(show(then)), \(show(otherwise)))"
        case .list(let parts): "[\(parts.map(show).joined(separator: ", "))]"
        case .opaque(_, let numbers): "opaque(\(numbers.map { slots[$0].name }.joined(separator: ", ")))"
        }
    }
}
