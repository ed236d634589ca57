import MarkedYAML
import PolicyCore
import Testing

/// Every mistake is told with its place, its cause and a remedy; all of them at once.
struct LoadErrorTests {
    private static let roles = PolicyFile(path: "roles.yaml", text: "roles:\n  hr: {}\n  manager: {inherits: [hr]}\n")

    private static func errors(_ text: String, roles: PolicyFile = roles) -> [String] {
        do {
            _ = try PolicyBundle.load(files: [roles, PolicyFile(path: "m.yaml", text: text)])
            return []
        } catch {
            return error.errors.map(\.description)
        }
    }

    private static let head = """
        module: m
        owner: hr
        about: id
        attributes: {id: employee, country: {type: enum, values: [DE, FR]}, level: integer, pay: {type: integer, sealed: true}}
        actions: {view: {listable: true}, create: {}}

        """

    static let cases: [(String, [String])] = [
        (
            "module: m\nowner: hr\nacctions: {}\n",
            [
                "m.yaml:1:1: the module has no `actions`; declare what can be done, such as `view:`",
                "m.yaml:3:1: unknown key `acctions` in a module; did you mean `actions`?",
            ]
        ),
        (
            "module: m\nactions: {view: }\nowner: payroll\n",
            [
                "m.yaml:3:8: unknown service `payroll`; known here: `audit`, `auth`, `caller`, `hr`, `policy`"
            ]
        ),
        (
            "module: Big Module\nowner: hr\nactions: {view: }\n",
            [
                "m.yaml:1:9: `Big Module` is not a name; use lower-case letters, digits and `_`, beginning with a letter, at most 64"
            ]
        ),
        (
            head + "grants:\n  - {roles: [mangaer], actions: [veiw], scope: everyone}\n",
            [
                "m.yaml:7:14: unknown role `mangaer`; did you mean `manager`?",
                "m.yaml:7:34: unknown action `veiw` in module `m`; did you mean `view`?",
                "m.yaml:7:48: unknown scope `everyone`; known here: `all`, `none`, `self`, `sub`",
            ]
        ),
        (
            head
                + "grants:\n  - {roles: [hr], actions: [\"x*\"], scope: sub, depth: all}\n  - {actions: [view], scope: all, depth: any}\n",
            [
                "m.yaml:7:29: unknown action `x*` in module `m`; known here: `create`, `view`",
                "m.yaml:7:55: unknown depth `all`; known here: `any`, `direct`",
                "m.yaml:8:5: grant[1] has no `roles`; name the roles that it is for",
                "m.yaml:8:42: `depth` is only for `scope: sub`; leave it out",
            ]
        ),
        (
            head + "grants:\n  - {roles: [], actions: [], scope: all, id: Bad!, who: me}\n",
            [
                "m.yaml:7:5: grant[0] has no `actions`; name actions of this module, or `\"*\"` for all",
                "m.yaml:7:13: `roles` is empty; name the roles that it is for",
                "m.yaml:7:46: `Bad!` is not a rule id; use lower-case letters, digits, `_` and `-`, beginning with a letter",
                "m.yaml:7:52: unknown key `who` in grant[0]; known here: `actions`, `break_glass`, `depth`, `description`, `from`, `id`, `roles`, `scope`, `until`, `when`",
            ]
        ),
        (
            head + "denials:\n  - {actions: [view]}\n",
            [
                "m.yaml:7:5: denial[0] has no `reason`; say why, for the person who is refused"
            ]
        ),
        (
            head
                + "grants:\n  - {id: a, roles: [hr], actions: [view], scope: all}\n  - {id: a, roles: [hr], actions: [view, view], scope: all}\n",
            [
                "m.yaml:8:10: rule id `a` is already used at 7:10; choose another id",
                "m.yaml:8:42: `view` stands twice in `actions`; keep one of them",
            ]
        ),
        (
            head
                + "fields:\n  basic: {fields: [id, nmae, country]}\n  more: {fields: [country], sensitive: maybe}\n  none: {}\n  history: {}\n",
            [
                "m.yaml:7:24: unknown field `nmae`; known here: `country`, `id`, `level`, `pay`",
                "m.yaml:8:19: field `country` is already in a class at 7:30; a field is in one class",
                "m.yaml:8:40: `sensitive` is a string, not a boolean; write `true` or `false`",
                "m.yaml:9:9: field class `none` has no `fields`; name the fields in it; only `history` may have none",
            ]
        ),
        (
            "module: m\nowner: hr\nabout: name\nattributes: {name: string, x: strng, y: {type: enum}, z: {sealed: true}}\nactions: {view: }\n",
            [
                "m.yaml:3:8: attribute `name` is of type `string`; `about` names an attribute of type `employee` or `member`",
                "m.yaml:4:31: unknown type `strng`; did you mean `string`?",
                "m.yaml:4:41: attribute `y` has no `values`; write `values: [a, b]`",
                "m.yaml:4:58: attribute `z` has no `type`; write `type: string`",
            ]
        ),
        (
            "module: m\nowner: hr\nactions: {view: }\ngrants:\n  - {roles: [hr], actions: [view], scope: self}\n",
            [
                "m.yaml:5:43: scope `self` in a module without `about`; say `about:` which attribute names the person a record is about"
            ]
        ),
        ("modul: m\n", ["m.yaml:1:1: unknown key `modul`; did you mean `module`?"]),
        (
            "hello\n",
            [
                "m.yaml:1:1: this is no kind of policy file; begin with `module: NAME`, `roles:`, `shared: NAME` or `overlay: ORGANISATION`"
            ]
        ),
        ("module: m\nmodule: n\n", ["m.yaml:2:1: duplicate key `module` (first at 1:1); keep one of them"]),
        ("roles: {x: {}}\n", ["roles.yaml:1:1: roles are already declared in m.yaml; keep one roles file"]),
    ]

    @Test(arguments: cases)
    func aMistakeIsToldWithPlaceCauseAndRemedy(_ text: String, _ messages: [String]) {
        #expect(Self.errors(text) == messages)
    }

    static let conditions: [(String, String)] = [
        ("resource.contry == \"DE\"", "10:20: `resource` has no field `contry`; did you mean `country`"),
        ("resource.country == \"UK\"", "10:11: `country` is never `UK`; known here: `DE`, `FR`"),
        (
            "resource.level == \"3\"",
            "10:26: `==` cannot be applied to `(int, string)`; it takes `(A, A)`"
        ),
        (
            "resource.country < \"DE\"",
            "10:11: condition `resource.country < \"DE\"` cannot become a filter: the order of `resource.country` has no form in a filter; use `==`, `!=` or `in`"
        ),
        (
            "resource.pay > 3",
            "10:11: condition `resource.pay > 3` cannot become a filter: attribute `pay` is sealed; a sealed attribute can be used in checks only: leave `listable` out of the action"
        ),
        ("resource.level", "10:20: the expression is of type `int`, and `bool` is wanted"),
        ("resource.level > 3 &&", "10:32: unexpected end of the expression, expected an operand"),
        ("(resource.level > 3", "10:30: unexpected end of the expression, expected `)`"),
        ("resource.level > 3 resource.level", "10:30: unexpected `resource`"),
        (
            "resource.level + 1 > 3",
            "10:11: condition `resource.level + 1 > 3` cannot become a filter: computing with a fact of the record has no form in a filter; compare an attribute with a value by `==`, `!=`, `<`, `<=`, `>`, `>=` or `in`, or leave `listable` out"
        ),
        ("hasRole(\"boss\")", "10:11: unknown role `boss`; known here: `hr`, `manager`"),
        (
            "resource.id == subject.id",
            "10:11: `id` is the id of an employee and `subject.id` that of a member; write `subject.employee_id`"
        ),
        (
            "resource.level in [1, \"2\"]",
            "10:11: `level` is of type `integer`, and never equals this; compare it with a value of its own type"
        ),
        ("resource.level in []", "10:11: `in` with an empty list never holds; name at least one value"),
        ("resource.level == 99999999999999999999", "10:29: the integer `99999999999999999999` does not fit 64 bits"),
        (
            "resource.level == 3 ; drop",
            "10:31: unexpected character `;`"
        ),
        ("resource.country == \"DE", "10:31: the string does not end"),
        (
            "now > 3",
            "10:15: `>` cannot be applied to `(timestamp, int)`; it takes `(bool, bool)` or `(string, string)` or `(bytes, bytes)` or `(timestamp, timestamp)` or other forms"
        ),
        ("subject.roles == 3", "10:25: `==` cannot be applied to `(list(string), int)`; it takes `(A, A)`"),
    ]

    @Test(arguments: conditions)
    func aMistakeInAConditionIsToldAtItsColumn(_ condition: String, _ message: String) {
        let text = Self.head + "grants:\n  - roles: [hr]\n    actions: [view]\n    scope: all\n    when: \(condition)\n"
        #expect(Self.errors(text) == ["m.yaml:\(message)"])
    }

    @Test func aSealedAttributeMayBeCheckedOneByOne() {
        let text = Self.head + "grants:\n  - {roles: [hr], actions: [create], scope: all, when: resource.pay > 3}\n"
        #expect(Self.errors(text) == [])
    }

    @Test func deepConditionsAreRefused() {
        let condition = String(repeating: "(", count: 500) + "resource.level > 3" + String(repeating: ")", count: 500)
        let text = Self.head + "grants:\n  - {roles: [hr], actions: [view], scope: all, when: '\(condition)'}\n"
        #expect(Self.errors(text).first?.contains("is nested deeper than 128 levels") == true)
    }

    @Test func longConditionsAreRefused() {
        let condition = Array(repeating: "resource.level > 3", count: 5000).joined(separator: " && ")
        let text = Self.head + "grants:\n  - {roles: [hr], actions: [view], scope: all, when: '\(condition)'}\n"
        #expect(Self.errors(text).first?.contains("the expression is longer than 65536 bytes") == true)
    }

    @Test func rolesThatInheritInACircleAreRefused() {
        let roles = PolicyFile(
            path: "roles.yaml",
            text: "tenancy: some\nroles:\n  a: {inherits: [b]}\n  b: {inherits: [a]}\n  c: {inherits: [d]}\n")
        #expect(
            Self.errors(Self.head, roles: roles) == [
                "roles.yaml:1:10: unknown tenancy `some`; known here: `multiple`, `single`",
                "roles.yaml:3:3: role `a` inherits from itself; break the circle of `inherits`",
                "roles.yaml:4:3: role `b` inherits from itself; break the circle of `inherits`",
                "roles.yaml:5:18: unknown role `d`; did you mean `a`?",
            ])
    }

    @Test func mistakesInSeveralFilesAreAllTold() {
        let error = #expect(throws: PolicyLoadErrors.self) {
            try PolicyBundle.load(files: [
                PolicyFile(path: "b.yaml", text: "module: b\nowner: hr\nactions: {view: }\nx: 1\n"),
                PolicyFile(path: "a.yaml", text: "a: [\n"), Self.roles,
            ])
        }
        #expect(error?.errors.map(\.path) == ["a.yaml", "b.yaml"])
    }

    @Test func anEmptyBundleIsRefused() {
        #expect(throws: PolicyLoadErrors.self) { try PolicyBundle.load(files: []) }
    }

    @Test func randomEditsOfAPolicyNeverCrashTheLoader() {
        var generator = SeededGenerator(seed: 7)
        let text = Array(
            (Fixtures.module(grants: "  - {roles: [hr], actions: [view], scope: all, when: 'resource.level > 3'}")).utf8
        )
        for _ in 0..<400 {
            var edited = text
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let place = Int.random(in: 0..<edited.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: edited[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: edited.remove(at: place)
                default: edited.insert(generator.pick(Array(":{}[]-\n \"'&*!|>#%@`,".utf8)), at: place)
                }
            }
            _ = try? PolicyBundle.load(files: [Self.roles, PolicyFile(path: "m.yaml", bytes: edited)])
        }
    }
}
