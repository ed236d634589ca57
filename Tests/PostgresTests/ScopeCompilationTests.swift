import TestSupport
import Testing

/// What must not compile, judged by the compiler itself, each beside a control that does.
@Suite struct ScopeCompilationTests {
    /// One snippet and whether the compiler should take it.
    struct Snippet: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let body: String
        var imports = "import Postgres"
        var compiles = false
        var complaint = ""
    }

    @Test(arguments: [
        Snippet(
            testDescription: "control: a query under a scope compiles",
            body: "func f(_ d: Database, _ s: TenantScope) async throws { _ = try await d.query(s, \"SELECT 1\") }",
            compiles: true),
        Snippet(
            testDescription: "control: minting compiles where it is declared",
            body: "let scope = TenantScope(tenant: .system)", imports: "@_spi(ScopeMinting) import Postgres",
            compiles: true),
        Snippet(
            testDescription: "a query without a scope does not compile",
            body: "func f(_ d: Database) async throws { _ = try await d.query(\"SELECT 1\") }",
            complaint: "missing argument"),
        Snippet(
            testDescription: "a transaction without a scope does not compile",
            body: "func f(_ d: Database) async throws { try await d.transaction { _ in } }",
            complaint: "missing argument"),
        Snippet(
            testDescription: "a tenant's scope cannot be minted from a string or an id",
            body: "let scope = TenantScope(tenant: .system)", complaint: "inaccessible"),
        Snippet(
            testDescription: "the system's scope cannot be minted either",
            body: "let scope = SystemScope()", complaint: "inaccessible"),
        Snippet(
            testDescription: "a scope of one's own cannot be made up",
            body: "struct Mine: DatabaseScope { var boundary: ScopeBoundary { ScopeBoundary(tenantSetting: \"x\") } }",
            complaint: "inaccessible"),
        Snippet(
            testDescription: "a statement cannot be made from a string",
            body:
                "func f(_ d: Database, _ s: TenantScope, _ t: String) async throws { _ = try await d.query(s, SQL(t)) }",
            complaint: "error:"),
    ])
    func theCompilerDecides(_ snippet: Snippet) async throws {
        let source = """
            \(snippet.imports)
            import SQLQuery
            import WireFormat
            \(snippet.body)
            """
        let (succeeded, output) = try await SwiftCompiler.typecheck(
            source, headers: [PackageRoot.path + "/Sources/CLibPQ", "/usr/include/postgresql"])
        #expect(succeeded == snippet.compiles, "\(output)")
        #expect(output.contains(snippet.complaint) || snippet.compiles, "\(output)")
    }
}
