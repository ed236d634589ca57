import PolicyCore
import Testing

/// Simplification keeps the meaning and removes what says nothing.
struct FilterTests {
    private static let a = Filter.about(subject: "a")
    private static let b = Filter.about(subject: "b")

    static let cases: [(Filter, Filter)] = [
        (.all(of: []), .all), (.any(of: []), .none),
        (.all(of: [.all, a]), a), (.all(of: [a, .none]), .none), (.all(of: [a, a]), a),
        (.any(of: [.none, a]), a), (.any(of: [a, .all]), .all), (.any(of: [a, a]), a),
        (.all(of: [a, .and([b, a])]), .and([a, b])), (.any(of: [.or([a, b]), b]), .or([a, b])),
        (.all(of: [a, .or([a, b])]), .and([a, .or([a, b])])),
        (
            .any(of: [.inChain(subject: "a", depth: .direct), .inChain(subject: "a", depth: .any)]),
            .inChain(subject: "a", depth: .any)
        ),
        (
            .any(of: [.inChain(subject: "a", depth: .direct), .inChain(subject: "b", depth: .any)]),
            .or([.inChain(subject: "a", depth: .direct), .inChain(subject: "b", depth: .any)])
        ),
        (.negation(of: .all), .none), (.negation(of: .none), .all), (.negation(of: .not(a)), a),
        (.negation(of: a), .not(a)),
    ]

    @Test(arguments: cases)
    func aFilterIsSimplified(_ built: Filter, _ expected: Filter) {
        #expect(built == expected)
    }

    @Test func aManagersPlanIsSelfAndThoseBelow() throws {
        let bundle = try Fixtures.bundle(
            grants:
                "  - {roles: [employee], actions: [view], scope: self}\n  - {roles: [manager], actions: [view], scope: sub}\n"
        )
        let plan = bundle.planned(Fixtures.subject(["manager", "employee"]))
        #expect(plan.rows == .or([.about(subject: "ann"), .inChain(subject: "ann", depth: .any)]))
        // What a wider grant covers takes no part.
        #expect(plan.rules == ["employee/grant[1]"])
        #expect(plan.scope == .subAny)
    }
}
