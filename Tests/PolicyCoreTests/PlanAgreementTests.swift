import PolicyCore
import Testing
import WireFormat

/// Filtering by a plan gives exactly the records that a check allows (DESIGN §3, invariant 7), and both are what the
/// rules say by definition.
struct PlanAgreementTests {
    @Test(arguments: 0..<8)
    func filteringByThePlanGivesExactlyWhatChecksAllow(_ part: Int) throws {
        var generator = SeededGenerator(seed: 2026 + UInt64(part))
        for round in 0..<60 {
            let policy = try RandomPolicy(&generator)
            let forest = RandomForest(&generator, count: 30)
            for _ in 0..<4 {
                let hops = generator.chance(25) ? [Subject.Hop(id: "agent", roles: Self.roles(&generator))] : []
                let subject = Subject(
                    tenant: "acme", id: "m", roles: Self.roles(&generator),
                    employeeID: generator.chance(85) ? RandomForest.id(Int.random(in: 0..<12, using: &generator)) : nil,
                    act: hops)
                let plan = policy.bundle.planned(subject)
                // What travels is what is enforced.
                let rows = try Filter(wire: JSONValue.parse(plan.rows.wire.bytes()))
                let basic = try #require(plan.fieldClass(named: "basic"))
                for record in forest.records {
                    let decision = policy.bundle.decide(subject, "view", record)
                    var place: String { "seed \(part), round \(round), \(subject), \(record), \(plan.rows)" }
                    try #require(decision.isAllowed == policy.isAllowed(subject, record), "\(place)")
                    try #require(rows.allows(record, about: "id") == decision.isAllowed, "\(place)")
                    guard decision.isAllowed else { continue }
                    try #require(decision.fields.canRead(class: "basic") == policy.canRead(subject, record), "\(place)")
                    try #require(basic.read.allows(record, about: "id") == policy.canRead(subject, record), "\(place)")
                }
            }
        }
    }

    private static func roles(_ generator: inout SeededGenerator) -> [String] {
        RandomPolicy.roles.filter { _ in generator.chance(35) }
    }
}
