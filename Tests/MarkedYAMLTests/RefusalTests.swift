import MarkedYAML
import Testing

/// What is refused, with place, cause and remedy.
struct RefusalTests {
    static let cases: [(String, String)] = [
        ("a: 1\na: 2\n", "t.yaml:2:1: duplicate key `a` (first at 1:1); keep one of them"),
        ("k:\n  b: 1\n  'b': 2\n", "t.yaml:3:3: duplicate key `b` (first at 2:3); keep one of them"),
        (
            "a: !!str 1\n",
            "t.yaml:1:4: tag `tag:yaml.org,2002:str` is not allowed; leave it out; quote the value to make it text"
        ),
        ("a: !x {}\n", "t.yaml:1:4: tag `!x` is not allowed; leave it out; quote the value to make it text"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "t.yaml:3:3: merge key `<<` is not allowed; write the keys out"),
        ("a: 1\n---\nb: 2\n", "t.yaml:2:1: a second document begins here; put it into a file of its own"),
        ("%YAML 1.1\n---\na: 1\n", "t.yaml:1:1: directives are not allowed; leave the line that begins with `%` out"),
        ("200: a\n", "t.yaml:1:1: key `200` is not text; quote it"),
        ("? [a]\n: b\n", "t.yaml:1:3: a key must be text, not a list or a mapping; write `key: value`"),
        ("a: *b\n", "t.yaml:1:4: unknown alias `*b`; define `&b` above, or quote text that begins with `*`"),
        ("a: &b [*b]\n", "t.yaml:1:8: alias `*b` stands inside its own anchor; write the value out"),
        ("a: &b 1\nc: &b 2\n", "t.yaml:2:4: anchor `&b` is already defined; choose another name"),
        (
            "a: 9223372036854775808\n",
            "t.yaml:1:4: number `9223372036854775808` is out of range; quote it to make it text"
        ),
        (
            "actions: [*]\n",
            "t.yaml:1:12: did not find expected alphabetic or numeric character while scanning an alias; quote text that begins with `*`"
        ),
        (
            "a: b: c\n",
            "t.yaml:1:5: mapping values are not allowed in this context; quote text that holds `: `, or indent the key"
        ),
        (
            "a:\n\t- b\n",
            "t.yaml:2:1: found character that cannot start any token while scanning for the next token; quote the text, and indent with spaces"
        ),
    ]

    @Test(arguments: cases)
    func aBadTextIsRefusedWithPlaceCauseAndRemedy(_ text: String, _ message: String) {
        let error = #expect(throws: PlacedError.self) { try YAMLNode.parse(text, path: "t.yaml") }
        #expect(error?.description == message)
    }

    @Test func badUTF8IsRefusedWithItsPlace() {
        let error = #expect(throws: PlacedError.self) {
            try YAMLNode.parse(Array("a: 1\nb: ".utf8) + [0xFF], path: "t.yaml")
        }
        #expect(error?.mark == Mark(line: 2, column: 4))
    }

    @Test func anotherEncodingIsNotGuessed() {
        #expect(throws: PlacedError.self) { try YAMLNode.parse([0xFF, 0xFE, 0x61, 0x00], path: "t.yaml") }
    }

    @Test func nulIsRefused() {
        #expect(throws: PlacedError.self) { try YAMLNode.parse([0x61, 0x3A, 0x20, 0x00], path: "t.yaml") }
    }

    @Test func aliasesThatMultiplyAreRefused() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            text +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
                + "]\n"
        }
        let error = #expect(throws: PlacedError.self) { try YAMLNode.parse(text, path: "t.yaml") }
        #expect(error?.cause == "more than 500000 values, aliases written out")
    }

    @Test func aliasesThatDeepenAreRefused() {
        var text = "a0: &a0 [x]\n"
        for level in 1...70 { text += "a\(level): &a\(level) [*a\(level - 1)]\n" }
        let error = #expect(throws: PlacedError.self) { try YAMLNode.parse(text, path: "t.yaml") }
        #expect(error?.cause == "nested more than 64 levels deep")
    }

    @Test func manyAliasesAreRefused() {
        let text = "a: &a 1\nb: [" + Array(repeating: "*a", count: 300).joined(separator: ", ") + "]\n"
        #expect(throws: PlacedError.self) { try YAMLNode.parse(text, path: "t.yaml") }
    }

    @Test func deepNestingIsRefusedQuickly() {
        for text in [
            String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 100_000),
            String(repeating: "- ", count: 1_000),
        ] {
            #expect(throws: PlacedError.self) { try YAMLNode.parse(text, path: "t.yaml") }
        }
    }

    @Test func aTextOverTheLimitIsNotParsed() {
        let limits = YAMLLimits(bytes: 10, depth: 4, aliases: 1, nodes: 10)
        let error = #expect(throws: PlacedError.self) {
            try YAMLNode.parse("a: 12345678901", path: "t.yaml", limits: limits)
        }
        #expect(error?.cause == "file of 14 bytes is over the limit of 10")
    }

    @Test func randomTextNeverCrashes() {
        var seed: UInt64 = 42
        let pieces = [
            "a", ":", " ", "\n", "-", "[", "]", "{", "}", "&a", "*a", "!", "%", "|", ">", "'", "\"", "#", "?", ",",
            "\t", "é", "<<", "0x", "\\",
        ]
        for _ in 0..<3000 {
            var text = ""
            for _ in 0..<(Int(seed >> 33) % 40) {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += pieces[Int(seed >> 33) % pieces.count]
            }
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            _ = try? YAMLNode.parse(text, path: "t.yaml")
        }
    }
}
