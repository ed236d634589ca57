import MarkedYAML
import Testing
import WireFormat

/// A YAML file as the JSON that is served.
struct JSONConversionTests {
    @Test func aTreeBecomesTheSameJSON() throws {
        let node = try YAMLNode.parse("openapi: 3.1.0\nn: [1, 2.5, true, ~]\nx: {y: z}\n", path: "t.yaml")
        #expect(
            try node.json(path: "t.yaml") == [
                "openapi": "3.1.0", "n": [1, .double(2.5), true, nil], "x": ["y": "z"],
            ])
    }

    @Test func aNumberWithoutAFormInJSONIsRefused() throws {
        let node = try YAMLNode.parse("a:\n  - .inf\n", path: "t.yaml")
        let error = #expect(throws: PlacedError.self) { try node.json(path: "t.yaml") }
        #expect(error?.mark == Mark(line: 2, column: 5))
    }
}
