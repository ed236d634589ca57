import MarkedYAML
import Testing

/// The core schema of YAML 1.2, case by case.
struct ScalarTests {
    static let cases: [(String, YAMLNode.Content)] = [
        ("~", .null), ("null", .null), ("Null", .null), ("", .null),
        ("true", .bool(true)), ("False", .bool(false)),
        ("yes", .string("yes")), ("no", .string("no")), ("on", .string("on")), ("y", .string("y")),
        ("0", .integer(0)), ("-12", .integer(-12)), ("+7", .integer(7)), ("0o17", .integer(15)),
        ("0xFf", .integer(255)),
        ("0o8", .string("0o8")), ("1_000", .string("1_000")), ("12:30", .string("12:30")),
        ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
        ("1.5", .double(1.5)), (".5", .double(0.5)), ("1.", .double(1)), ("1e3", .double(1000)),
        ("-2.5E-1", .double(-0.25)),
        (".inf", .double(.infinity)), ("-.INF", .double(-.infinity)),
        ("1e", .string("1e")), ("-", .string("-")), (".", .string(".")), ("1.2.3", .string("1.2.3")),
        ("2026-11-21", .string("2026-11-21")), ("'true'", .string("true")), ("\"12\"", .string("12")),
        ("\"a\\tb\"", .string("a\tb")),
    ]

    @Test(arguments: cases)
    func aScalarIsResolvedByTheCoreSchema(_ text: String, _ content: YAMLNode.Content) throws {
        // A lone `-` would begin a list.
        let node = try YAMLNode.parse("key: \(text == "-" ? "'-'" : text)", path: "t.yaml")
        #expect(node["key"]?.content == content)
    }

    @Test func notANumberIsADouble() throws {
        guard case .double(let value) = try YAMLNode.parse(".nan", path: "t.yaml").content else {
            Issue.record("not a double")
            return
        }
        #expect(value.isNaN)
    }

    @Test func anEmptyTextIsNull() throws {
        for text in ["", "\n", "# only a comment\n", "---\n"] {
            #expect(try YAMLNode.parse(text, path: "t.yaml").content == .null)
        }
    }
}
