import PolicyCore
import PolicyTools
import Testing
import WireFormat

/// The generated JSON Schemas and the reference. `schema_check.py` compares them with the loader through a foreign tool.
struct SchemaTests {
    private static func schema(_ kind: PolicyFileKind) throws -> JSONValue {
        try JSONValue.parse(Array(PolicySchemas.text(of: kind).utf8))
    }

    @Test(arguments: PolicyFileKind.allCases)
    func everyKeyOfTheGrammarIsInSchemaAndReference(_ kind: PolicyFileKind) throws {
        let schema = try Self.schema(kind)
        #expect(schema["$schema"]?.string == "https://json-schema.org/draft/2020-12/schema")
        #expect(schema["additionalProperties"] == .bool(false))
        #expect(Set(schema["properties"]?.object?.keys.map(\.self) ?? []) == Set(kind.grammar.keyNames))
        for key in kind.grammar.keys {
            #expect(schema["properties"]?[key.name]?["description"]?.string == key.description)
            #expect(PolicyReference.markdown.contains("| `\(key.name)` | "))
        }
    }

    @Test(arguments: PolicyFileKind.allCases)
    func everyReferenceWithinASchemaIsDefined(_ kind: PolicyFileKind) throws {
        let schema = try Self.schema(kind)
        let names = Set(schema["$defs"]?.object?.keys.map(\.self) ?? [])
        let used = Set(Self.references(schema).map { String($0.dropFirst("#/$defs/".count)) })
        #expect(used.isSubset(of: names))
        #expect(names.isSubset(of: used))
    }

    @Test func everyLinkWithinTheReferenceLeadsSomewhere() {
        let lines = PolicyReference.markdown.split(separator: "\n")
        let headings: Set<String> = Set(
            lines.filter { $0.hasPrefix("## ") }.map { String($0.dropFirst(3)).replacing(" ", with: "-") })
        for link in PolicyReference.markdown.split(separator: "](#").dropFirst() {
            let target = String(link.prefix { $0 != ")" })
            #expect(headings.contains(target), "\(target)")
        }
    }

    private static func references(_ value: JSONValue) -> [String] {
        switch value {
        case .array(let items): items.flatMap(references)
        case .object(let members):
            [members["$ref"]?.string].compactMap(\.self) + members.values.flatMap(references)
        default: []
        }
    }
}
