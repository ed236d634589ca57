import MarkedYAML
import PolicyCore
import PolicyTools
import Testing

/// What the formatter writes.
struct FormatterTests {
    static let cases: [(name: String, before: String, after: String)] = [
        ("indentation", "a:\n    b:\n        c: 1\n", "a:\n  b:\n    c: 1\n"),
        (
            "zero-indented lists", "grants:\n- id: a\n  roles: [b]\n- id: c\n",
            "grants:\n  - id: a\n    roles: [b]\n  - id: c\n"
        ),
        ("lists of words", "roles:\n  - a\n  - \"b\"\n", "roles: [a, b]\n"),
        ("spaces in brackets", "x: [ a,b ,  c ]\ny: { a: 1,b: [ ] }\n", "x: [a, b, c]\ny: {a: 1, b: []}\n"),
        (
            "quotes", "a: 'text'\nb: \"*\"\nc: \"no\"\nd: \"1\"\ne: 'a \"b\"'\nf: \"- x\"\n",
            "a: text\nb: \"*\"\nc: \"no\"\nd: \"1\"\ne: a \"b\"\nf: \"- x\"\n"
        ),
        (
            "quotes in brackets", "a: {when: 'x == \"y\"', b: \"one, two\", c: 'it''s'}\n",
            "a: {when: x == \"y\", b: \"one, two\", c: it's}\n"
        ),
        (
            "comments",
            "# top\n\n\n\na: 1   # one\n\n    # two\nb:   # three\n   # four\n   c: 2\n   # five\n# six\nd: 3\n# end\n",
            "# top\n\na: 1  # one\n\n# two\nb:  # three\n  # four\n  c: 2\n  # five\n# six\nd: 3\n# end\n"
        ),
        (
            "comments in brackets", "a: [\n  b, # first\n  # about c\n  c\n]\n",
            "a:\n  - b  # first\n  # about c\n  - c\n"
        ),
        (
            "comments behind a dash", "a:\n  -\n    # why\n    b: 1\n  - # c\n    d: 2\n",
            "a:\n  # why\n  - b: 1\n  -  # c\n    d: 2\n"
        ),
        (
            "block scalars", "a: |\n      one\n        two\n\nb: >-\n    x\n    y\nc: 1\n",
            "a: |\n  one\n    two\n\nb: >-\n  x\n  y\nc: 1\n"
        ),
        ("text over several lines", "a: one\n  two\n  three\nb: \"x\n  y\"\n", "a: one two three\nb: x y\n"),
        ("lists in lists", "a:\n  -\n    - b: 1\n      c: 2\n    - d: 3\n", "a:\n  - - b: 1\n      c: 2\n    - d: 3\n"),
        ("anchors", "a: &x\n    b: 1\nc: *x\nd: &y [ e ]\n", "a: &x\n  b: 1\nc: *x\nd: &y [e]\n"),
        ("markers and lines", "---\r\na: 1\r\n\r\n", "a: 1\n"),
        ("nothing", "a:\nb: ~\nc: {d: }\n", "a:\nb: ~\nc: {d: null}\n"),
        ("only comments", "\n# a\n\n\n# b", "# a\n\n# b\n"),
        ("json", "{\"a\":[1,{\"b\":\"c\"}]}\n", "a: [1, {b: c}]\n"),
        ("keys", "\"a\": 1\n'b c': 2\n\"*\": 3\n", "a: 1\nb c: 2\n\"*\": 3\n"),
        ("urls and hashes", "a: http://x/#y\nb: 'a # b'\nc: \"a: b\"\n", "a: http://x/#y\nb: \"a # b\"\nc: \"a: b\"\n"),
    ]

    @Test(arguments: cases)
    func oneForm(_ name: String, _ before: String, _ after: String) throws {
        let file = try PolicyFormatter.format(PolicyFile(path: "a.yaml", text: before))
        #expect(String(decoding: file.bytes, as: UTF8.self) == after)
        #expect(try PolicyFormatter.isFormatted(file))
    }

    @Test func longLinesAreBroken() throws {
        let words = Array(repeating: "lorem ipsum", count: 20).joined(separator: " ")
        let names = (0..<30).map { "name_\($0)" }.joined(separator: ", ")
        let text = "a:\n  b: \(words)\n  c: [\(names)]\n  d: \"\(words): #\"\n"
        let file = try PolicyFormatter.format(PolicyFile(path: "a.yaml", text: text))
        let lines = String(decoding: file.bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 120 })
        #expect(lines[1] == "  b: >-")
        #expect(lines.contains("    - name_7"))
        #expect(try PolicyFormatter.isFormatted(file))
    }

    @Test(arguments: ["? a\n: b\n", "just text\n", "[a: b]\n"])
    func whatCannotBeFormattedIsRefused(_ text: String) {
        #expect(throws: PlacedError.self) { try PolicyFormatter.format(PolicyFile(path: "a.yaml", text: text)) }
    }
}
