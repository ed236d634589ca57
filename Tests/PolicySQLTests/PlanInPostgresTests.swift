import PolicyCore
import PolicySQL
@_spi(ScopeMinting) import Postgres
import SQLQuery
import TestSupport
import Testing
import WireFormat

/// A plan's filter, run by a real PostgreSQL, gives exactly the records that checks allow (DESIGN §3, invariant 7).
struct PlanInPostgresTests {
    private static let renderer = FilterRenderer(
        map: AttributeMap(
            [
                "id": .init("r.id", .uuid), "country": .init("r.country", .text), "level": .init("r.level", .integer),
                "remote": .init("r.remote", .bool),
            ],
            about: { "r.id = \($0)" },
            inChain: { person, depth in
                // NULL where the chain is not known, as the map's contract demands.
                """
                CASE WHEN r.is_chain_known THEN EXISTS (
                    WITH RECURSIVE chain (id, hops) AS (
                        SELECT r.manager_id, 1
                        UNION ALL
                        SELECT m.manager_id, chain.hops + 1 FROM chain JOIN record m ON m.id = chain.id WHERE chain.hops < 64)
                    SELECT FROM chain WHERE chain.id = \(person) AND (\(depth == .any) OR chain.hops = 1)) END
                """
            }))

    /// Statements sent in one round trip.
    private static let batch = 50

    @Test func filteringInSQLGivesExactlyWhatChecksAllow() async throws {
        let database = try await TestDatabase.make(schemas: [.hr], migrating: [])
        try await database.tamper(
            """
            CREATE TABLE record (id uuid PRIMARY KEY, manager_id uuid, is_chain_known boolean NOT NULL,
                country text, level bigint, remote boolean);
            """, schema: "hr")
        let pool = database.database(database.superuser(schema: "hr"))
        var generator = SeededGenerator(seed: 11)
        let forest = RandomForest(&generator, count: 60)
        try await pool.pipeline(SystemScope(), try zip(forest.records, forest.managers).map(Self.insertion))

        var pairs = 0
        for _ in 0..<6 {
            var questions: [(Set<String>, SQL)] = []
            for _ in 0..<(Self.batch / 10) {
                let policy = try RandomPolicy(&generator)
                for _ in 0..<10 {
                    let subject = Subject(
                        tenant: "acme", id: "m", roles: RandomPolicy.roles.filter { _ in generator.chance(40) },
                        employeeID: generator.chance(90)
                            ? RandomForest.id(Int.random(in: 0..<12, using: &generator)) : nil)
                    let allowed = forest.records.filter { policy.bundle.decide(subject, "view", $0).isAllowed }
                    let predicate = try Self.renderer.render(policy.bundle.planned(subject).rows)
                    questions.append((Set(allowed.compactMap(\.id)), "SELECT r.id FROM record r WHERE \(predicate)"))
                    pairs += forest.records.count
                }
            }
            let answers = try await pool.pipeline(SystemScope(), questions.map(\.1))
            for (question, rows) in zip(questions, answers) {
                let found = Set(try rows.map { try $0.get("id", as: UUIDv7.self).text })
                try #require(found == question.0, "\(question.1.text) \(question.1.binds)")
            }
        }
        #expect(pairs == 18_000)
        await pool.close()
    }

    private static func insertion(_ record: Resource, _ manager: String?) throws -> SQL {
        let id = try #require(record.id.flatMap { UUIDv7($0) })
        return """
            INSERT INTO record (id, manager_id, is_chain_known, country, level, remote)
            VALUES (\(id), \(manager.flatMap { UUIDv7($0) }), \(record.managerChain != nil), \(record.attributes["country"]?.string),
                \(record.attributes["level"]?.integer), \(record.attributes["remote"]?.bool))
            """
    }
}
