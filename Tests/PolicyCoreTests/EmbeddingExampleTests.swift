import Foundation
import PolicyCore
import Testing
import WireFormat

// example begins
/// Decides whether a manager may read a colleague's file, with policies that stand in the program.
func mayRead(roles: [String], manager: String, chain: [String]) throws -> Decision {
    let bundle = try PolicyBundle.load(files: [
        PolicyFile(
            path: "roles.yaml",
            text: """
                tenancy: single
                roles:
                  employee: {}
                  manager: {inherits: [employee]}
                """),
        PolicyFile(
            path: "file.yaml",
            text: """
                module: file
                owner: caller
                about: person
                attributes: {person: employee, secret: boolean}
                actions: {read: {}}
                grants:
                  - {id: own, roles: [employee], actions: [read], scope: self}
                  - {id: below, roles: [manager], actions: [read], scope: sub, when: "!resource.secret"}
                """),
    ])
    return bundle.check(
        DecisionRequest(
            subject: Subject(tenant: nil, id: "m-1", roles: roles, employeeID: manager), action: "file.read",
            resource: Resource(
                type: "file", id: "f-1", managerChain: chain, attributes: ["person": "e-9", "secret": false])))
}
// example ends

/// The example of `docs/policy/embedding.md` is this file's, and works.
@Suite struct EmbeddingExampleTests {
    @Test func theExampleDecides() throws {
        #expect(try mayRead(roles: ["manager"], manager: "e-1", chain: ["e-5", "e-1"]).rule == "file/below")
        #expect(try mayRead(roles: ["manager"], manager: "e-1", chain: ["e-5"]).reason == .outOfScope)
        #expect(try mayRead(roles: [], manager: "e-1", chain: ["e-1"]).reason == .noGrant)
    }

    @Test func theDocumentShowsThisVeryCode() throws {
        let source = try String(contentsOf: URL(filePath: #filePath), encoding: .utf8)
        let code = source.components(separatedBy: "// example ends")[0].components(separatedBy: "// example begins\n")[
            1]
        let document = URL(filePath: #filePath).appending(path: "../../../docs/policy/embedding.md").standardized
        #expect(try String(contentsOf: document, encoding: .utf8).contains(code))
    }
}
