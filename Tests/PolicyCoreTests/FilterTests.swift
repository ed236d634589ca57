import PolicyCore
import Testing
import WireFormat

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

    static let instants: [(Comparator, String, JSONValue, Truth)] = [
        (.less, "2026-03-01T10:30:00+02:00", "2026-03-01T09:00:00.000000Z", .yes),
        (.greaterOrEqual, "2026-03-01T10:30:00+02:00", "2026-03-01T09:00:00.000000Z", .no),
        (.equal, "2026-03-01T09:00:00Z", "2026-03-01T09:00:00.000000Z", .yes),
        (.lessOrEqual, "2026-03-01T09:00:00Z", "2026-03-01T09:00:00.000000Z", .yes),
        (.greater, "2026-03-01T09:00:00Z", "2026-03-01T09:00:00.000000Z", .no),
        (.oneOf, "2026-03-01T11:00:00+02:00", ["2026-03-01T09:00:00.000000Z"], .yes),
        (.less, "2026-02-28", "2026-03-01", .yes), (.greater, "b", "a", .yes), (.equal, "a", "b", .no),
    ]

    @Test(arguments: instants)
    func instantsCompareAsInstants(_ comparator: Comparator, _ stated: String, _ value: JSONValue, _ truth: Truth) {
        let filter = Filter.compare(attribute: "at", comparator, value)
        #expect(filter.truth(of: Resource(type: "m", attributes: ["at": .string(stated)])) == truth)
    }
}
