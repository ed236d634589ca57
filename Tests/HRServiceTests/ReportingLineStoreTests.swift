import HRDomain
import Postgres
import SQLQuery
import ServiceKit
import Testing
import WireFormat

@testable import HRService

@Suite("Reporting lines in the database")
struct ReportingLineStoreTests {
    @Test("two halves of a circle put in at the same time: one is refused, every time")
    func circleInParallel() async throws {
        let workforce = try await Workforce()
        let (tenant, scope) = (workforce.tenant, workforce.scope)
        for round in 0..<15 {
            let first = try await workforce.add("A\(round)")
            let second = try await workforce.add("B\(round)")
            @Sendable func move(_ id: UUIDv7, under manager: UUIDv7) async -> Bool {
                do {
                    try await workforce.database.transaction(scope) { transaction in
                        _ = try await transaction.query(ReportingLineStore.lock(tenant))
                        try await EmployeeAmendments.move(id, to: manager, workforce.store, in: transaction)
                    }
                    return true
                } catch let problem as Problem {
                    return problem.code != "reporting-cycle"
                } catch {
                    Issue.record(error)
                    return false
                }
            }
            async let one = move(first, under: second)
            async let two = move(second, under: first)
            let outcomes = await [one, two]
            #expect(outcomes.filter { $0 }.count == 1)
        }
    }

    @Test("oneself, a circle through many and through a leaver are refused; another manager ends the line before")
    func moves() async throws {
        let workforce = try await Workforce()
        let scope = workforce.scope
        let top = try await workforce.add("1")
        let middle = try await workforce.add("2", manager: top, left: Day(workforce.now))
        let low = try await workforce.add("3", manager: middle)
        let other = try await workforce.add("4")
        @Sendable func move(_ id: UUIDv7, _ manager: UUIDv7?) async throws {
            try await workforce.database.transaction(scope) { transaction in
                _ = try await transaction.query(ReportingLineStore.lock(scope.tenant))
                try await EmployeeAmendments.move(id, to: manager, workforce.store, in: transaction)
            }
        }
        await #expect(throws: Problem.self) { try await move(top, low) }
        try await move(low, other)
        try await move(low, top)
        try await move(low, nil)
        let rows = try await workforce.database.query(
            scope,
            "SELECT manager_id, valid_until IS NULL AS open FROM reporting_line WHERE employee_id = \(low) ORDER BY valid_from"
        )
        #expect(try rows.map { try $0.get("manager_id", as: UUIDv7.self) } == [middle, other, top])
        #expect(try rows.allSatisfy { try $0.get("open", as: Bool.self) == false })
    }

    @Test("a chain of 64 links is the longest")
    func depth() async throws {
        let workforce = try await Workforce()
        let scope = workforce.scope
        var last = try await workforce.add("0")
        for number in 1...64 { last = try await workforce.add("\(number)", manager: last) }
        let next = try await workforce.add("65")
        let manager = last
        await #expect(throws: Problem.self) {
            try await workforce.database.transaction(scope) { transaction in
                try await EmployeeAmendments.move(next, to: manager, workforce.store, in: transaction)
            }
        }
    }

    @Test("the recursive queries say what the rules in HRDomain say, up and down, leavers and dates included")
    func agreesWithDomain() async throws {
        let workforce = try await Workforce()
        let (scope, now) = (workforce.scope, workforce.now)
        var people: [UUIDv7] = []
        var lines: [ReportingLine] = []
        var leavers: [UUIDv7: Day] = [:]
        for number in 0..<30 {
            let manager = people.isEmpty || number % 11 == 0 ? nil : people.randomElement()
            let left: Day? = number % 4 == 3 ? Day(now.adding(.seconds(number % 8 == 3 ? -86_400 : 86_400))) : nil
            let id = try await workforce.add("\(number)", manager: manager, left: left)
            people.append(id)
            leavers[id] = left
            if let manager {
                lines.append(ReportingLine(employee: id, manager: manager, from: now.adding(.seconds(-3600))))
            }
        }
        let rules = ReportingLines(lines, leavers: leavers)
        for person in people {
            let rows = try await workforce.database.query(
                scope, ReportingLineStore.chain(of: person, tenant: scope.tenant, asOf: now))
            #expect(try rows.map { try $0.get("manager_id", as: UUIDv7.self) } == rules.chain(of: person, asOf: now))
            for direct in [true, false] {
                let above = ReportingLineStore.isAbove(person, tenant: scope.tenant, asOf: now, direct: direct)
                let below = ReportingLineStore.isBelow(person, tenant: scope.tenant, asOf: now, direct: direct)
                let results = try await workforce.database.pipeline(
                    scope,
                    [above, below].map { predicate in
                        "SELECT e.id FROM employee e WHERE e.tenant = \(scope.tenant) AND \(predicate) ORDER BY e.id"
                    })
                let expected = people.filter { employee in
                    let chain = rules.chain(of: employee, asOf: now)
                    return direct ? chain.first == person : chain.contains(person)
                }.sorted()
                for rows in results { #expect(try rows.map { try $0.get("id", as: UUIDv7.self) } == expected) }
            }
        }
    }

    @Test("an import's lines that close a circle are found in the transaction")
    func circlesAmongMany() async throws {
        let workforce = try await Workforce()
        let scope = workforce.scope
        let ids = try await [workforce.add("1"), workforce.add("2"), workforce.add("3"), workforce.add("4")]
        try await workforce.database.transaction(scope) { transaction in
            _ = try await transaction.execute(
                ReportingLineStore.start(
                    ids, managers: [ids[1], ids[2], ids[0], ids[0]], tenant: scope.tenant, at: workforce.now))
            let rows = try await transaction.query(ReportingLineStore.cycles(among: ids, tenant: scope.tenant))
            let found = try Set(rows.map { try $0.get("id", as: UUIDv7.self) })
            #expect(found.isSuperset(of: ids[..<3]))
        }
    }
}
