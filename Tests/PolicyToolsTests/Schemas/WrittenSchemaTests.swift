import Foundation
import PolicyCore
import PolicyTools
import Testing

/// What is written of the grammar is what it says now; `bailiwick policy schema --write` and `--reference` make it anew.
@Suite struct WrittenSchemaTests {
    private static let root = URL(filePath: #filePath).appending(path: "../../../..").standardized

    @Test func theSchemasAreUpToDate() throws {
        for file in PolicySchemas.files {
            let written = Self.root.appending(path: "policies/schemas/" + file.name)
            #expect(try String(contentsOf: written, encoding: .utf8) == file.text, "\(file.name)")
        }
    }

    @Test func theReferenceIsUpToDate() throws {
        let written = Self.root.appending(path: "docs/policy/reference.md")
        let text = try String(contentsOf: written, encoding: .utf8)
        #expect(text.trimmingCharacters(in: .newlines) == PolicyReference.markdown.trimmingCharacters(in: .newlines))
    }

    @Test func everyShippedFileNamesItsSchema() throws {
        for file in try ShippedSuiteTests.files() {
            #expect(
                String(decoding: file.bytes, as: UTF8.self).hasPrefix("# yaml-language-server: $schema="),
                "\(file.path)")
        }
    }
}
