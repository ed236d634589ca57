import MarkedYAML
import Testing
import WireFormat

/// What is written without building a value is what the value would be written as.
struct CanonicalJSONTests {
    @Test(arguments: [
        "b: 1\na: [x, \"\\u00e9\\n\\\"\", {z: ~, y: true, \"\\u20ac\": 2.50, \"\\U0001F600\": -3}]\n\"\\ufb33\": 1e30\n",
        "[]", "{}", "~", "- {}\n- []\n- ''\n", "text",
    ])
    func bytesAreThoseOfTheValue(_ text: String) throws {
        let node = try YAMLNode.parse(Array(text.utf8), path: "a.yaml")
        #expect(try node.canonicalJSON(path: "a.yaml") == node.json(path: "a.yaml").bytes())
    }

    @Test func whatJSONCannotHoldIsAnError() throws {
        let node = try YAMLNode.parse(Array("a: {b: .inf}".utf8), path: "a.yaml")
        #expect(throws: PlacedError.self) { try node.canonicalJSON(path: "a.yaml") }
    }
}
