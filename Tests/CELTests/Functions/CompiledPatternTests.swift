import Testing

@testable import CEL

@Suite("Regular expressions")
struct CompiledPatternTests {
    @Test("match in parts or whole, NUL and empty texts included")
    func matching() throws {
        let pattern = try CompiledPattern("b+\\x00?")
        #expect(pattern.matches("abbbc") && !pattern.matches("") && !pattern.matchesWhole("abb"))
        #expect(pattern.matchesWhole("bb\u{0}"))
        #expect(try CompiledPattern("").matches(""))
        #expect(try CompiledPattern("^(\\pL|\\d)+$").matchesWhole("é1"))
    }

    @Test("take linear time where backtracking would take for ever")
    func linear() throws {
        let pattern = try CompiledPattern("^(a+)+$")
        #expect(!pattern.matches(String(repeating: "a", count: 100_000) + "b"))
        #expect(!(try CompiledPattern("(x+x+)+y").matches(String(repeating: "x", count: 100_000))))
    }

    @Test(
        "are refused when malformed or too large",
        arguments: ["(", "[a", "(?<!a)b", "\\1", "((a{100}){100}){100}", "*"])
    func refused(_ pattern: String) {
        #expect(throws: EvaluationError.self) { try CompiledPattern(pattern) }
    }

    @Test("serve many threads at once")
    func concurrent() async throws {
        let pattern = try CompiledPattern("(foo|bar)[0-9]{1,3}$")
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<64 { group.addTask { (0..<200).allSatisfy { _ in pattern.matches("xx bar\(number)") } } }
            for await matched in group { #expect(matched) }
        }
    }
}
