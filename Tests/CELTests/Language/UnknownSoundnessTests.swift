import Testing

@testable import CEL

/// Partial evaluation against evaluation, on random conditions: what is decided with some slots unknown stays so
/// whatever they turn out to be, and the residual comes to the same as the program.
@Suite("Soundness of unknowns")
struct UnknownSoundnessTests {
    private static let names = ["p", "q", "n", "m", "t"]
    private static let environment = Environment(
        variables: ["p": .bool, "q": .bool, "n": .int, "m": .int, "t": .string])

    @Test("what is decided early stays decided, and residuals agree")
    func soundness() throws {
        var generator = SeededGenerator(seed: 42)
        for _ in 0..<4_000 {
            let text = Self.condition(4, &generator)
            let program = try Self.environment.compile(Self.environment.check(Expression.parse(text)))
            let known = program.slots.map { Self.answer($0, &generator) }
            let partial = known.map { Bool.random(using: &generator) ? .unknown : $0 }
            let early = Evaluating.text(program.evaluate(SlotValues(partial)))
            let late = program.evaluate(SlotValues(known))
            if early != "unknown" {
                #expect(early.hasPrefix("error") == Evaluating.text(late).hasPrefix("error"), "\(text)")
                if !early.hasPrefix("error") { #expect(early == Evaluating.text(late), "\(text)") }
            }
            var budget = Budget.standard
            let residual = program.residual(SlotValues(partial), budget: &budget)
            // An opaque part has no meaning but the program's own.
            if Evaluating.text(residual, program.slots).contains("opaque") { continue }
            let expected: Bool? = if case .value(.bool(let bool)) = late { bool } else { nil }
            #expect(Self.evaluate(residual, known) == expected, "\(text): \(Evaluating.text(residual, program.slots))")
        }
    }

    private static func answer(_ slot: Slot, _ generator: inout SeededGenerator) -> SlotAnswer {
        if Int.random(in: 0..<6, using: &generator) == 0 { return .missing }
        return switch slot.type {
        case .bool: .value(.bool(Bool.random(using: &generator)))
        case .int: .value(.int(Int64.random(in: 0...2, using: &generator)))
        default: .value(.string(["a", "b", "ab"].randomElement(using: &generator) ?? ""))
        }
    }

    private static func condition(_ depth: Int, _ generator: inout SeededGenerator) -> String {
        func part() -> String { condition(depth - 1, &generator) }
        func number() -> String {
            ["n", "m", "1", "2", "n + m", "2 / n", "cel.bind(z, n, z + z)"].randomElement(using: &generator) ?? "0"
        }
        if depth == 0 || Int.random(in: 0..<5, using: &generator) == 0 {
            return switch Int.random(in: 0..<11, using: &generator) {
            case 0: "p"
            case 1: "q"
            case 2: "\(number()) == \(number())"
            case 3: "\(number()) != \(number())"
            case 4: "\(number()) < \(number())"
            case 5: "t == 'a'"
            case 6: "t in ['a', 'b']"
            case 7: "t.startsWith('a')"
            case 8: "\(number()) in [1, \(number())]"
            case 9: "t.matches('^a')"
            default: "2 >= n"
            }
        }
        return switch Int.random(in: 0..<7, using: &generator) {
        case 0: "(\(part()) && \(part()))"
        case 1: "(\(part()) || \(part()) || \(part()))"
        case 2: "!(\(part()))"
        case 3: "(\(part()) ? \(part()) : \(part()))"
        case 4: "[1, 2].exists(x, x == \(number()) || \(part()))"
        case 5: "[n, 2].all(x, x < \(number()) && \(part()))"
        default: "cel.bind(v, \(part()), v || \(part()))"
        }
    }

    /// The meaning of a residual, written down again: nil for an error.
    private static func evaluate(_ residual: Residual, _ answers: [SlotAnswer]) -> Bool? {
        if case .bool(let bool)? = value(residual, answers) { bool } else { nil }
    }

    private static func value(_ residual: Residual, _ answers: [SlotAnswer]) -> Value? {
        switch residual {
        case .literal(let value): return value
        case .failure: return nil
        case .slot(let slot): if case .value(let value) = answers[slot] { return value } else { return nil }
        case .present(let slot): if case .value = answers[slot] { return .bool(true) } else { return .bool(false) }
        case .not(let part): return evaluate(part, answers).map { .bool(!$0) }
        case .and(let parts):
            let values = parts.map { evaluate($0, answers) }
            return values.contains(false) ? .bool(false) : values.contains(nil) ? nil : .bool(true)
        case .or(let parts):
            let values = parts.map { evaluate($0, answers) }
            return values.contains(true) ? .bool(true) : values.contains(nil) ? nil : .bool(false)
        case .conditional(let condition, let then, let otherwise):
            return evaluate(condition, answers).flatMap { value($0 ? then : otherwise, answers) }
        case .list(let parts):
            let values = parts.compactMap { value($0, answers) }
            return values.count == parts.count ? .list(values) : nil
        case .call(let name, let parts):
            let values = parts.compactMap { value($0, answers) }
            var budget = Budget.standard
            guard values.count == parts.count, let function = environment.function(name) else { return nil }
            return try? function.implementation(values, &budget)
        case .select, .has, .opaque: return nil
        }
    }
}
