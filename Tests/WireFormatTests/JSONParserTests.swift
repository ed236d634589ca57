import Testing
import WireFormat

@Suite("JSON texts")
struct JSONParserTests {
    @Test(
        "are read as RFC 8259 says",
        arguments: [
            ("null", JSONValue.null), ("true", true), (" false ", false), ("0", 0), ("-12", -12),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .double(9_223_372_036_854_775_808)), ("1.5", .double(1.5)), ("1e2", .double(100)),
            ("[]", []), ("{}", [:]), ("[1,[2,{}]]", [1, [2, [:]]]), (#"{"a":{"b":null}}"#, ["a": ["b": nil]]),
            (#""\u0041\n\"\\\/\ud83d\ude00é""#, "A\n\"\\/😀é"),
        ] as [(String, JSONValue)])
    func reads(text: String, value: JSONValue) throws {
        #expect(try JSONValue.parse(text) == value)
    }

    @Test(
        "that break a rule are refused with the place",
        arguments: [
            ("", 0, "", "unexpected end"), ("{", 1, "", "member name"), (#"{"a":1,}"#, 7, "", "member name"),
            (#"{"a":1,"a":2}"#, 7, "/a", "named twice"), ("[1,]", 3, "/1", "unexpected character"),
            ("01", 2, "", "begin with 0"), ("1.", 2, "", "fraction needs"), ("1e", 2, "", "exponent needs"),
            ("1e999", 0, "", "too large"), ("NaN", 0, "", "unexpected character"), ("[1] 2", 4, "", "after the value"),
            ("\"a\u{1}\"", 2, "", "control character"), (#"["\u0000"]"#, 8, "/0", "NUL"),
            (#""\ud800""#, 7, "", "lone surrogate"), (#""\ud800A""#, 13, "", "lone surrogate"),
            (#""\udc00""#, 7, "", "lone surrogate"), (#"{"a/b":{"c~":x}}"#, 13, "/a~1b/c~0", "unexpected character"),
            (#""\x""#, 3, "", "unknown escape"), ("\"abc", 4, "", "unexpected end"),
        ])
    func refuses(text: String, offset: Int, pointer: String, cause: String) throws {
        let error = try #require(throws: JSONParseError.self) { try JSONValue.parse(text) }
        #expect(error.detail.contains(cause), "\(error)")
        #expect(error.pointer == pointer)
        #expect(error.offset == offset || cause == "lone surrogate")
        #expect(!error.exceedsLimit)
    }

    @Test(
        "that are not UTF-8 are refused",
        arguments: [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]] as [[UInt8]])
    func refusesBadUTF8(bytes: [UInt8]) throws {
        let error = try #require(throws: JSONParseError.self) { try JSONValue.parse(bytes) }
        #expect(error.detail.contains("UTF-8"))
    }

    @Test("nested or long beyond the limit are refused, and said to be")
    func limits() throws {
        let fits = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
        #expect(throws: Never.self) { try JSONValue.parse(fits) }
        let deep = try #require(throws: JSONParseError.self) { try JSONValue.parse("[" + fits + "]") }
        #expect(deep.exceedsLimit)
        let deepest = String(repeating: "[", count: 500_000)
        #expect(try #require(throws: JSONParseError.self) { try JSONValue.parse(deepest) }.exceedsLimit)
        let long = try #require(throws: JSONParseError.self) {
            try JSONValue.parse("[1,2,3]", limits: JSONLimits(bytes: 6, depth: 2))
        }
        #expect(long.exceedsLimit)
    }

    @Test("are written canonically, as RFC 8785 says")
    func canonical() throws {
        let value = try JSONValue.parse(#"{ "€":1, "\r":2, "\ufb33":3, "1":4, "\ud83d\ude00":5, "\u0080":6, "ö":7 }"#)
        #expect(value.text == "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}")
        #expect(JSONValue.string("\u{1}\u{1f}\u{7f}\"\\/").text == "\"\\u0001\\u001f\u{7f}\\\"\\\\/\"")
    }

    /// RFC 8785 appendix B.
    @Test(
        "have their numbers written as ECMAScript does",
        arguments: [
            (0x0000_0000_0000_0001, "5e-324"), (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"), (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"), (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"), (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"), (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"), (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
            (0x8000_0000_0000_0000, "0"),
        ] as [(UInt64, String)])
    func numbers(bits: UInt64, text: String) {
        #expect(JSONValue.double(Double(bitPattern: bits)).text == text)
    }

    @Test("come back from their own canonical text")
    func roundTrip() throws {
        let value: JSONValue = [
            "a": [1, .double(0.1), true, nil, "x\u{1F600}\u{0}"[...].isEmpty ? 0 : "x😀"], "b": [:],
        ]
        #expect(try JSONValue.parse(value.bytes()) == value)
    }
}
