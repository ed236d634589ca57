import Testing

@testable import CEL

@Suite("Names and types")
struct CheckingTests {
    static let environment = Environment(
        variables: [
            "resource": .record("employee"), "n": .int, "text": .string, "any": .dyn, "names": .list(.string),
            "ages": .map(.string, .int), "maybe": .optional(.int),
        ],
        records: [
            "employee": [
                "country": .string, "grade": .string, "level": .int, "manager": .record("employee"),
                "hired": .timestamp,
            ]
        ])

    static let types: [(String, String)] = [
        ("n + 1", "int"), ("text + 'a'", "string"), ("[1, 2]", "list(int)"), ("[1, 'a']", "list(dyn)"),
        ("[]", "list(dyn)"),
        ("{'a': [1]}", "map(string, list(int))"), ("names.map(x, size(x))", "list(int)"),
        ("names.filter(x, x == 'a')", "list(string)"),
        ("ages.transformMap(k, v, string(v) + k)", "map(string, string)"), ("ages['a']", "int"), ("ages.a", "int"),
        ("ages.?a", "optional(int)"), ("ages.?a.orValue(2)", "int"), ("maybe.optMap(x, string(x))", "optional(string)"),
        ("names[?0]", "optional(string)"), ("resource.manager.manager.level", "int"), ("has(resource.manager)", "bool"),
        ("any + 1", "int"), ("any", "dyn"), ("any.b.c", "dyn"), ("true ? n : 2", "int"), ("type(n)", "type(int)"),
        ("type(1) == string", "bool"), ("resource.hired - resource.hired", "duration"), ("[?maybe]", "list(int)"),
        ("cel.bind(x, [n], x[0] + 1)", "int"), ("[].map(x, x / 2)", "list(int)"), ("[[]] == [[1]]", "bool"),
        ("names.exists(x, x in ages)", "bool"), ("resource.manager == null", "bool"), ("true ? n : any", "dyn"),
        ("size(names)", "int"), ("names.size()", "int"), ("[n] + any", "list(int)"),
        ("names.sortBy(x, size(x))", "list(string)"),
    ]

    @Test("types follow from the declarations", arguments: types)
    func type(_ text: String, _ type: String) throws {
        #expect(try Self.environment.check(Expression.parse(text)).type.description == type)
    }

    static let errors: [(String, String)] = [
        ("n == 'a'", "1:3: `==` cannot be applied to `(int, string)`; it takes `(A, A)`"),
        ("resource.contry == 'FR'", "1:10: `resource` has no field `contry`; did you mean `country`"),
        ("resorce.level", "1:1: there is no variable `resorce`; did you mean `resource`"),
        ("siz(names)", "1:1: there is no function `siz`"),
        ("n && true", "1:1: an operand of `&&` is of type `int`, and `bool` is wanted"),
        ("true ? 1 : 'a'", "1:6: the branches of `?:` are of types `int` and `string`; wrap one in `dyn(…)`"),
        ("n.x", "1:3: a value of type `int` has no field `x`"),
        ("names['a']", "1:6: a list is indexed by `int`, not by `string`"),
        ("ages[1]", "1:5: the keys of the map are of type `string`, not `int`"),
        ("n.all(x, true)", "1:1: `all` visits lists and maps, not a value of type `int`"),
        ("names.all(x, x)", "1:14: the condition of `all` is of type `string`, and `bool` is wanted"),
        ("{[1]: 2}", "1:2: a map key cannot be of type `list(int)`; use a string, bool, int or uint"),
        ("[?n]", "1:3: the value after `?` is of type `int`, and an optional is wanted; leave `?` out"),
        ("Foo{a: 1}", "1:4: there is no message type `Foo`"),
        (
            "n.a + text.b",
            "1:3: a value of type `int` has no field `a`\n1:12: a value of type `string` has no field `b`"
        ),
    ]

    @Test("all errors come at once, with place, cause and remedy", arguments: errors)
    func error(_ text: String, _ message: String) throws {
        let parsed = try Expression.parse(text)
        let error = #expect(throws: ExpressionErrors.self) { try Self.environment.check(parsed) }
        #expect(error?.description == message)
    }

    @Test("a condition must be a bool")
    func expecting() throws {
        let parsed = try Expression.parse("n + 1")
        let error = #expect(throws: ExpressionErrors.self) { try Self.environment.check(parsed, expecting: .bool) }
        #expect(error?.description == "1:3: the expression is of type `int`, and `bool` is wanted")
    }

    static let names: [(String, String)] = [
        ("y", "'inner'"), (".y", "'root'"), ("a.b", "'a.b of root'"), ("x.y", "'inner'"),
        ("[1].exists(y, y == 1)", "true"),
        ("[1].exists(y, .y == 'root')", "true"), ("[{'b': 5}].exists(a, a.b == 5)", "true"),
        ("cel.bind(y, 1, y + 1)", "2"),
        ("[1, 2].map(y, [y].map(y, y + 10)[0] + y)", "[12, 14]"), ("(m).k", "'of map'"), ("m.k", "'of map'"),
        ("has(m.k)", "true"),
        ("has(m.q)", "false"), ("type(1) == int", "true"), ("[[1], [2]].map(y, y.map(z, z * 2))", "[[2], [4]]"),
    ]

    @Test("names resolve from the inside out, longest first", arguments: names)
    func name(_ text: String, _ value: String) {
        var map = MapValue()
        try? map.insert(.string("k"), .string("of map"))
        let variables: [String: Value] = [
            "x.y": .string("inner"), "y": .string("root"), "a.b": .string("a.b of root"), "a": .string("a"),
            "m": .map(map),
        ]
        #expect(Evaluating.text(text, variables, container: "x") == value)
        #expect(Evaluating.text(text, variables, container: "x", isChecked: false) == value)
    }

    @Test("an unchecked expression fails only where it is evaluated")
    func unchecked() {
        #expect(Evaluating.text("f(1) || true", isChecked: false) == "true")
        #expect(Evaluating.text("q.f() && false", isChecked: false) == "false")
        #expect(Evaluating.text("q", isChecked: false) == "error: there is no variable `q`")
        #expect(Evaluating.text("'a' + 1", isChecked: false).hasPrefix("error: no such overload"))
        #expect(Evaluating.text("true ? 1 : 'a'", isChecked: false) == "1")
    }

    @Test("record fields are slots of their own, numbered across programs")
    func slots() throws {
        var table = SlotTable()
        let first = try Self.environment.compile(
            Self.environment.check(Expression.parse("resource.country == 'FR' && resource.manager.level > n")),
            slots: &table)
        let second = try Self.environment.compile(
            Self.environment.check(Expression.parse("resource.grade == 'A' || resource.country == 'DE'")), slots: &table
        )
        #expect(table.slots.map(\.name) == ["resource.country", "resource.manager.level", "n", "resource.grade"])
        #expect(first.slotsUsed == [0, 1, 2])
        #expect(second.slotsUsed == [0, 3])
        let recording = RecordingActivation(SlotValues([.value(.string("DE")), .missing, .missing, .missing]))
        var budget = Budget.standard
        #expect(second.decide(recording, budget: &budget) == .failed || !recording.slotsRead.isEmpty)
        #expect(first.decide(RecordingActivation(SlotValues([.value(.string("DE"))])), budget: &budget) == .false)
    }

    @Test("types that hold each other many times over are checked in bounded time")
    func explosion() throws {
        // Each variable is a map from the one before to itself.
        var text = "x29"
        for level in (1..<30).reversed() {
            let before = "x\(level - 1)"
            text =
                "cel.bind(x\(level), {}, [x\(level).map(k, x\(level)[k]) == [\(before)], \(before) in x\(level)] == [] || \(text) == {})"
        }
        _ = try? Self.environment.check(Expression.parse("cel.bind(x0, [n], \(text))"))
    }
}
