import Testing

@testable import CEL

@Suite("Syntax")
struct SyntaxTests {
    @Test(
        "operators bind as the grammar says",
        arguments: [
            ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("7 - 2 - 1", "4"), ("2 + 3 == 5 && 1 < 2", "true"),
            ("false && true || true", "true"), ("true || true && false", "true"), ("true ? 1 : false ? 2 : 3", "1"),
            ("false ? 1 : false ? 2 : 3", "3"), ("1 in [1] == true", "true"), ("!false && !!true", "true"),
            ("-2 - -3", "1"), ("--2", "2"), ("-9223372036854775808", "-9223372036854775808"),
            ("[1, 2,][1]", "2"), ("{'a': 1,}.a", "1"), ("-{'a': 2}.a", "-2"), (".5 + 1e1", "10.5"),
            ("0xFF + 0X1", "256"), ("-0x8000000000000000", "-9223372036854775808"), ("0xFFu", "255u"),
            ("1 // two\n + 3", "4"), ("{'a.b': 1}.`a.b`", "1"), ("{'if': 3}.if", "3"),
        ])
    func operators(_ text: String, _ value: String) { #expect(Evaluating.text(text) == value) }

    @Test(
        "literals of text",
        arguments: [
            (#"'a\tb\x41\u00e9\U0001F431\101'"#, "'a\tbA\u{e9}\u{1F431}A'"), (#"r'\n'"#, #"'\n'"#),
            ("'''a\nb'c'''", "'a\nb'c'"), (#"b'\xff\377a'"#, "b[255, 255, 97]"), ("b'é'", "b[195, 169]"),
            (#"Rb"\x""#, "b[92, 120]"), (#"'\377'"#, "'ÿ'"), (#""""a"b""" + '''''' "#, "'a\"b'"),
        ])
    func texts(_ text: String, _ value: String) { #expect(Evaluating.text(text) == value) }

    @Test(
        "errors name place, cause and remedy",
        arguments: [
            ("1 +", "1:4: unexpected end of the expression, expected an operand"),
            ("a\n  = b", "2:3: unexpected `=`; write `==` to compare"),
            ("'abc", "1:1: the string does not end"),
            ("'é' @ 1", "1:5: unexpected character `@`"),
            ("9223372036854775808", "1:1: the integer `9223372036854775808` does not fit 64 bits"),
            ("-9223372036854775809", "1:1: the integer `-9223372036854775809` does not fit 64 bits"),
            ("18446744073709551616u", "1:1: the integer `18446744073709551616u` does not fit 64 bits"),
            ("1e999", "1:1: the number `1e999` is too large for a double"),
            ("if", "1:1: `if` is a reserved word"),
            ("a.true", "1:3: unexpected `true`, expected a field or function name"),
            (#"'\ud800'"#, "1:2: the escape is no Unicode code point, or a surrogate"),
            (#"b'\u0041'"#, "1:3: a bytes literal has no escape of code points; write `\\x` and two digits"),
            (#"'\q'"#, "1:2: unknown escape in a string; write `\\\\` for a backslash, or a raw string `r\"…\"`"),
            ("'a\nb'", "1:1: the string does not end on its line; use `\\n` or triple quotes"),
            ("f(1,)", "1:5: unexpected `)`, expected an operand"),
            ("[1 2]", "1:4: unexpected `2`, expected `,` or `]`"),
            ("has(a)", "1:1: `has` takes a field selection; write `has(a.b)`"),
            ("[1].all(a.b, true)", "1:11: the variable of `all` must be a simple name"),
            ("[1].all(i, i, true)", "1:12: both variables are called `i`"),
            ("math.least()", "1:6: `math.least` takes at least one argument"),
            (
                "has(a) && [1].map(1, 2)",
                "1:1: `has` takes a field selection; write `has(a.b)`\n1:19: the variable of `map` must be a simple name"
            ),
            ("1x", "1:1: unexpected letter after a number: `1x`"),
            ("", "1:1: unexpected end of the expression, expected an operand"),
        ])
    func errors(_ text: String, _ message: String) {
        #expect(throws: ExpressionErrors.self) { try Expression.parse(text) }
        #expect(Evaluating.text(text) == "error: " + message)
    }

    @Test("what is too large or too deep ends in an error")
    func limits() {
        let deep = "the expression is nested deeper than 128 levels"
        for text in [
            String(repeating: "(", count: 30_000) + "1", String(repeating: "[", count: 30_000),
            String(repeating: "-", count: 30_000) + "1", "1" + String(repeating: " + 1", count: 300),
            "a" + String(repeating: ".b", count: 300), String(repeating: "{1:", count: 9_000),
            String(repeating: "f(", count: 9_000), String(repeating: "true ? 1 : ", count: 1_000) + "2",
            "a" + String(repeating: "[0]", count: 300), String(repeating: "!", count: 30_000) + "true",
        ] {
            #expect(Evaluating.text(text).contains(deep))
        }
        #expect(Evaluating.text(String(repeating: "1", count: 1 << 20)).contains("longer than 65536 bytes"))
        let list = "[" + String(repeating: "1,", count: 20_000) + "]"
        #expect(Evaluating.text(list).contains("more than 16384 parts"))
        #expect(Evaluating.text("true" + String(repeating: " && true", count: 5_000)) == "true")
    }

    @Test("no bytes make the reader fail otherwise than by an error")
    func fuzz() {
        var generator = SeededGenerator(seed: 7)
        let parts = [
            "a", "1", "'x'", "b'\\xff'", "(", ")", "[", "]", "{", "}", ".", ",", ":", "?", "!", "-", "+", "*", "/", "%",
            "==", "<", "&&", "||", " in ", "has(", "x.all(y, ", "cel.bind(z, ", "optional.of(", "true", "null", ".?",
            "[?",
            "0x", "1e", "9223372036854775807", "\"", "'''", "\\", "é", "\u{0}", "`", "math.greatest(", ".map(k, v, ",
            "timestamp('2020-01-01T00:00:00Z')", "duration('1s')", "type(", "size(", "cel.block([", "cel.index(0)",
        ]
        for _ in 0..<20_000 {
            let count = Int.random(in: 1...12, using: &generator)
            let text = (0..<count).map { _ in parts.randomElement(using: &generator) ?? "" }.joined()
            _ = Evaluating.text(text, ["a": .int(1), "x": .list([.int(1), .string("a")])])
            _ = Evaluating.text(text, ["a": .int(1)], isChecked: false)
        }
    }
}

/// SplitMix64, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
