import TestSupport
import Testing
import WireFormat

/// What must not compile, judged by the compiler itself, beside controls that do.
@Suite("A forgotten second factor does not compile")
struct AssuranceCompilationTests {
    struct Snippet: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let body: String
        var complaint: String?
    }

    @Test(arguments: [
        Snippet(
            testDescription: "control: a handler takes what was proved",
            body: "func f(_ s: SessionFacts, _ now: Instant) throws { remove(try Session(proving: s, at: now)) }"),
        Snippet(
            testDescription: "control: a session of another kind is one of its own kind",
            body: "func f(_ s: Session<AAL1, AnyAge>) { list(s) }"),
        Snippet(
            testDescription: "one factor is not two",
            body: "func f(_ s: Session<AAL1, Fresh5m>) { remove(s) }", complaint: "cannot convert value"),
        Snippet(
            testDescription: "any age is not five minutes",
            body: "func f(_ s: Session<AAL2, AnyAge>) { remove(s) }", complaint: "cannot convert value"),
        Snippet(
            testDescription: "what is only known of a session is no proof",
            body: "func f(_ s: SessionFacts) { remove(s) }", complaint: "cannot convert value"),
        Snippet(
            testDescription: "an account is no proof",
            body: "func f(_ account: UUIDv7) { remove(account) }", complaint: "cannot convert value"),
        Snippet(
            testDescription: "a proof is not made without the clock",
            body: "func f(_ s: SessionFacts) throws { remove(try Session(proving: s)) }", complaint: "missing argument"),
        Snippet(
            testDescription: "a proof is not made of its parts",
            body: "func f(_ s: SessionFacts) { remove(Session(facts: s)) }", complaint: "error:"),
        Snippet(
            testDescription: "a refused proof cannot be passed over",
            body: "func f(_ s: SessionFacts, _ now: Instant) { remove(Session(proving: s, at: now)) }",
            complaint: "can throw"),
    ])
    func theCompilerDecides(_ snippet: Snippet) async throws {
        let source = """
            import IdentityCore
            import WireFormat
            func remove(_ session: Session<AAL2, Fresh5m>) {}
            func list(_ session: Session<AAL1, AnyAge>) {}
            \(snippet.body)
            """
        let (succeeded, output) = try await SwiftCompiler.typecheck(source)
        #expect(succeeded == (snippet.complaint == nil), "\(output)")
        if let complaint = snippet.complaint { #expect(output.contains(complaint), "\(output)") }
    }
}
