import Testing

@testable import CEL

@Suite("Logic of values, errors and unknowns")
struct LogicTests {
    @Test(
        "&& and || absorb errors on either side",
        arguments: [
            ("false && 1 / 0 == 0", "false"), ("1 / 0 == 0 && false", "false"), ("true || 1 / 0 == 0", "true"),
            ("1 / 0 == 0 || true", "true"), ("1 / 0 == 0 || false", "error: divide by zero"),
            ("true && 1 / 0 == 0", "error: divide by zero"), ("1 / 0 == 0 && 1 % 0 == 0", "error: divide by zero"),
            ("dyn('a') || true", "true"), ("dyn('a') && false", "false"),
            ("true && dyn('a')", "error: a condition is of type `string`, not bool"),
            ("false || (1 / 0 == 0 ? true : false) || true", "true"),
            ("[1, 0].exists(x, 1 / x == 1)", "true"), ("[0, 1].exists(x, 1 / x == 1)", "true"),
            ("[0, 2].exists(x, 1 / x == 1)", "error: divide by zero"), ("[0, 2].all(x, 1 / x == 1)", "false"),
            ("[1, 0].all(x, 1 / x == 1)", "error: divide by zero"),
            ("[1, 0].exists_one(x, 1 / x == 1)", "error: divide by zero"),
            ("(1 / 0 == 0 || true) && 1 % 0 == 0", "error: modulus by zero"),
            ("1 / 0 == 0 && (1 % 0 == 0 || true)", "error: divide by zero"),
        ])
    func errors(_ text: String, _ value: String) { #expect(Evaluating.text(text) == value) }

    @Test("nothing absorbs an exhausted budget")
    func exhausted() {
        let variables: [String: Value] = ["a": .int(0), "b": .bool(true)]
        let budget = Budget(steps: 8)
        let exhausted = "error: the condition takes more steps than are allowed"
        #expect(Evaluating.text("[1, 2, 3, 4, 5, 6].all(x, x > a) || b", variables, budget: budget) == exhausted)
        #expect(Evaluating.text("b || [1, 2, 3, 4, 5, 6].all(x, x > a)", variables, budget: budget) == "true")
    }

    static let unknowns: [(String, String)] = [
        ("u && false", "false"), ("false && u", "false"), ("u && true", "unknown"), ("u || true", "true"),
        ("u || false", "unknown"), ("u && 1 / a == 0", "unknown"), ("!u", "unknown"), ("u ? 1 : 1", "unknown"),
        ("has(r.x)", "unknown"), ("has(r.y)", "false"), ("has(r.z)", "true"), ("r.y == 1", "error: `r.y` has no value"),
        ("r.x == 1", "unknown"), ("r.x in [1, 2]", "unknown"), ("r.x < 3", "unknown"),
        ("[1, 2].exists(i, i == r.x)", "unknown"),
        ("[1, 2].exists(i, i == r.x || i == 2)", "true"), ("[r.x].size()", "unknown"), ("r.x + 1 == 2", "unknown"),
        ("r.x == r.x", "unknown"), ("cel.bind(v, r.x, true || v == 1)", "true"), ("r.x == 1 && a == 1", "false"),
    ]

    @Test("unknown slots leave open only what depends on them", arguments: unknowns)
    func unknown(_ text: String, _ value: String) throws {
        let environment = Environment(
            variables: ["u": .bool, "a": .int, "r": .record("row")],
            records: ["row": ["x": .int, "y": .int, "z": .int]])
        let program = try environment.compile(environment.check(Expression.parse(text)))
        let activation = SlotValues(
            program.slots.map { slot in
                switch slot.name {
                case "u", "r.x": .unknown
                case "a": .value(.int(0))
                case "r.z": .value(.int(3))
                default: .missing
                }
            })
        #expect(Evaluating.text(program.evaluate(activation)) == value)
    }

    static let residuals: [(String, String)] = [
        ("r.country == s.country && r.grade in ['A', 'B']", "and(_==_(r.country, 'FR'), _in_(r.grade, ['A', 'B']))"),
        ("s.country == 'FR' && r.grade == 'A'", "_==_(r.grade, 'A')"), ("s.country == 'DE' && r.grade == 'A'", "false"),
        ("s.country == 'FR' || r.grade == 'A'", "true"), ("!(r.grade == 'A')", "_!=_(r.grade, 'A')"),
        ("!(r.grade == 'A' && r.level > 2)", "not(and(_==_(r.grade, 'A'), _>_(r.level, 2)))"),
        ("s.groups.exists(g, g == r.country)", "or(_==_('x', r.country), _==_('y', r.country))"),
        ("s.groups.all(g, g != r.country)", "and(_!=_('x', r.country), _!=_('y', r.country))"),
        ("has(r.grade) && r.level >= 1 + 2", "and(has(r.grade), _>=_(r.level, 3))"),
        ("3 < r.level", "_>_(r.level, 3)"), ("s.level + 1 == r.level", "_==_(5, r.level)"),
        ("s.missing == 'a' || r.grade == 'A'", "or(<no_such_field>, _==_(r.grade, 'A'))"),
        ("s.country == 'FR' ? r.grade == 'A' : r.grade == 'B'", "_==_(r.grade, 'A')"),
        ("r.level > 1 ? true : s.country == 'FR'", "if(_>_(r.level, 1), true, true)"),
        ("r.tags.exists(t, t == s.country)", "opaque(r.tags, s.country)"), ("'x' in r.tags", "_in_('x', r.tags)"),
        ("cel.bind(c, r.country, c == 'FR' || c == 'DE')", "or(_==_(r.country, 'FR'), _==_(r.country, 'DE'))"),
        ("r.country.startsWith(s.country)", "startsWith(r.country, 'FR')"),
        ("r.country.matches('^F')", "matches(r.country, '^F')"),
        ("r.level > 1 && (r.level > 2 && r.level > 3)", "and(_>_(r.level, 1), _>_(r.level, 2), _>_(r.level, 3))"),
        ("r.active && s.active", "r.active"), ("!r.active", "not(r.active)"),
        ("r.country in [s.country, 'DE']", "_in_(r.country, ['FR', 'DE'])"),
    ]

    @Test("what is left over unknown slots is as simple as it can be", arguments: residuals)
    func residual(_ text: String, _ expected: String) throws {
        let fields: [String: CELType] = [
            "country": .string, "grade": .string, "level": .int, "tags": .list(.string), "groups": .list(.string),
            "active": .bool, "missing": .string,
        ]
        let environment = Environment(
            variables: ["r": .record("row"), "s": .record("row")], records: ["row": fields])
        let program = try environment.compile(environment.check(Expression.parse(text), expecting: .bool))
        let activation = SlotValues(
            program.slots.map { slot in
                switch slot.name {
                case "s.country": .value(.string("FR"))
                case "s.level": .value(.int(4))
                case "s.active": .value(.bool(true))
                case "s.groups": .value(.list([.string("x"), .string("y")]))
                default: slot.path[0] == "r" ? .unknown : .missing
                }
            })
        var budget = Budget.standard
        #expect(Evaluating.text(program.residual(activation, budget: &budget), program.slots) == expected)
    }

    @Test("a function of the caller may read slots that its calls do not name")
    func implicitArguments() throws {
        let hasRole = FunctionDeclaration("hasRole", [.init(isMember: false, [.string], .bool)]) {
            (arguments, budget) throws(EvaluationError) in
            .bool(try arguments[0].isContained(in: arguments[1], &budget))
        }
        let roles = Slot(path: ["subject", "roles"], type: .list(.string))
        let environment = Environment(functions: [hasRole], implicitArguments: ["hasRole": [roles]])
        let program = try environment.compile(environment.check(Expression.parse("hasRole('owner')"), expecting: .bool))
        #expect(program.slotsUsed.map { program.slots[$0].name } == ["subject.roles"])
        #expect(Evaluating.text(program.evaluate(SlotValues([.value(.list([.string("owner")]))]))) == "true")
        #expect(Evaluating.text(program.evaluate(SlotValues([.missing]))) == "error: `subject.roles` has no value")
        var budget = Budget.standard
        let residual = program.residual(SlotValues([.unknown]), budget: &budget)
        #expect(Evaluating.text(residual, program.slots) == "hasRole('owner', subject.roles)")
    }
}
