import Foundation
import Testing

@testable import CEL

@Suite("Depth")
struct DepthTests {
    /// A quarter of what threads have on Linux; a release build needs a quarter of this again.
    private static let stack = 2 << 20

    static let shapes: [(open: String, inner: String, close: String)] = [
        ("(", "a", ")"), ("[", "a", "][0]"), ("!(", "a == 1", ")"), ("-(", "a", ")"), ("{'k': ", "a", "}.k"),
        ("(true ? ", "a", " : 0)"), ("(a == 1 ? ", "a", " : 0)"), ("(b || ", "b", ")"), ("(b || b && ", "b", ")"),
        ("[a].map(x, ", "a", ")"), ("[a].exists(x, ", "b", ")"), ("cel.bind(y, a, ", "a", ")"),
        ("cel.bind(y, ", "a", ", y)"),
        ("int(", "a", ")"), ("optional.of(a).optMap(z, ", "a", ")"), ("optional.of(", "a", ").orValue(a)"),
        ("(1 + ", "a", ")"),
        ("[a].sortBy(x, ", "a", ").size()"), ("f.", "g", ""), ("(a in [", "a", "] ? 1 : 2)"),
        ("[1].map(x, u ? x : ", "a", ")"),
        ("{'k': 1}.transformMap(k, v, ", "a", ")"), ("[a, ", "a", "].size()"),
    ]

    @Test("the deepest expressions fit the stack of a small thread", arguments: shapes.indices)
    func fits(_ index: Int) async {
        let shape = Self.shapes[index]
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let thread = Thread {
                for levels in [20, 40, 60, 100, 126, 250] {
                    let text =
                        String(repeating: shape.open, count: levels) + shape.inner
                        + String(repeating: shape.close, count: levels)
                    Self.run(text)
                }
                continuation.resume()
            }
            thread.stackSize = Self.stack
            thread.start()
        }
    }

    private static func run(_ text: String) {
        let environment = Environment(variables: ["a": .dyn, "b": .dyn, "f": .dyn, "u": .bool])
        do throws(ExpressionErrors) {
            let parsed = try Expression.parse(text)
            _ = try? environment.check(parsed)
            let program = try environment.compile(unchecked: parsed)
            let known: [String: SlotAnswer] = ["a": .value(.int(1)), "b": .value(.bool(false))]
            let activation = SlotValues(program.slots.map { known[$0.name] ?? .unknown })
            _ = program.evaluate(activation)
            var budget = Budget.standard
            _ = program.residual(activation, budget: &budget)
        } catch {
            #expect(error.errors.allSatisfy { $0.code == .limit })
        }
    }
}
