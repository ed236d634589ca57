import Testing
import WireFormat

/// The reader without a tree refuses what the tree's reader refuses, at the same place.
@Suite("JSON member by member")
struct JSONReaderTests {
    private static let manyNames = (0..<40).map { "\"name\($0)\": 1" }.joined(separator: ", ")

    @Test(
        "is refused like a tree",
        arguments: [
            #"{"a": 1, "a": 2}"#, #"{"a": 1, "\u0061": 2}"#, #"{"\u0061": 1, "a": 2}"#, #"{"é": 1, "\u00e9": 2}"#,
            #"{"longer than eight": 1, "longer than eight": 2}"#, #"{"longer than eight": 1, "longer than nine.": 2}"#,
            "{\(manyNames), \"name7\": 2}", "{\(manyNames), \"name77\": 2}", #"{"a/b": {"c~d": [1, {"e": nul}]}}"#,
            #"{"": {"": [}}"#, "{\"a\u{1}\": 1}", #"{"a": "unfinished"#, #"{"a": "\ud800"}"#, #"{"a" 1}"#,
            #"{"a": {"b": {}}, "c": [[], [1, -2.5e3, true, null, "t\n"]]}"#, #"{"a": 1e999}"#, #"{"a": 01}"#,
            #"{"nested": {"x": 1, "x": 1}}"#, "{} {}", String(repeating: "[", count: 40),
        ])
    func agrees(text: String) {
        let bytes = Array(text.utf8)
        let tree = Result { () throws(JSONParseError) in _ = try JSONValue.parse(bytes) }
        let skipped = Result { () throws(JSONParseError) in
            try JSONReader.read(bytes) { reader throws(JSONParseError) in try reader.skip() }
        }
        switch (tree, skipped) {
        case (.success, .success): break
        case (.failure(let left), .failure(let right)): #expect(left == right)
        default: Issue.record("\(tree) and \(skipped)")
        }
    }

    @Test("is found by its name however that is written")
    func names() throws {
        var found: [String] = []
        try JSONReader.read(Array(#"{"type": 1, "types": 1}"#.utf8)) { reader throws(JSONParseError) in
            try reader.object { name, reader throws(JSONParseError) in
                if case "type" = name { found.append(name.text) }
                try reader.skip()
            }
        }
        try JSONReader.read(Array(#"{"\u0074yp\u0065": 1, "typo": 2}"#.utf8)) { reader throws(JSONParseError) in
            try reader.object { name, reader throws(JSONParseError) in
                if case "type" = name { found.append(name.text) }
                try reader.skip()
            }
        }
        #expect(found == ["type", "type"])
    }
}
