import MarkedYAML
import Testing

/// Every node and key knows where it stands.
struct PlaceTests {
    @Test func marksCountLinesAndColumnsFromOne() throws {
        let node = try YAMLNode.parse("a: 1\nlist:\n  - x\n  - {k: v}\n", path: "t.yaml")
        #expect(node.mark == Mark(line: 1, column: 1))
        #expect(node["a"]?.mark == Mark(line: 1, column: 4))
        #expect(node.mapping?[1].keyMark == Mark(line: 2, column: 1))
        #expect(node["list"]?.sequence?[0].mark == Mark(line: 3, column: 5))
        #expect(node["list"]?.sequence?[1]["k"]?.mark == Mark(line: 4, column: 9))
    }

    @Test func columnsCountScalarsNotBytes() throws {
        let node = try YAMLNode.parse("é: ü\nk: {ä: z}", path: "t.yaml")
        #expect(node["é"]?.mark == Mark(line: 1, column: 4))
        #expect(node["k"]?["ä"]?.mark == Mark(line: 2, column: 8))
    }

    @Test func anAliasStandsForItsValue() throws {
        let node = try YAMLNode.parse("a: &x [1, 2]\nb: *x\n", path: "t.yaml")
        #expect(node["b"]?.sequence?.map(\.content) == [.integer(1), .integer(2)])
    }
}
