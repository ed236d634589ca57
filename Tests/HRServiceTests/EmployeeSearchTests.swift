import HRDomain
import PolicyCore
import Postgres
import SQLQuery
import TestSupport
import Testing
import WireFormat

@testable import HRService

@Suite("Lists and searches")
struct EmployeeSearchTests {
    @Test("a search finds words and beginnings of words, whatever case and diacritics")
    func finds() async throws {
        let workforce = try await Workforce()
        let zoe = try await workforce.add("HL-1", given: "Zoë", family: "Łuczak-Ångström", title: "Head of Data")
        try await workforce.add("HL-2", given: "Zora", family: "Bell", title: "Data Clerk")
        let gate = try workforce.gate("employee.view", for: workforce.subject(["hr_lead"], employee: nil), .many)
        func found(_ text: String) async throws -> [UUIDv7] {
            let terms = try #require(SearchWords.terms(of: text))
            return try await workforce.listed(gate) { $0.terms = terms }.map(\.id)
        }
        #expect(try await found("zoe") == [zoe])
        #expect(try await found("zo").count == 2)
        #expect(try await found("ANGSTROM luc") == [zoe])
        #expect(try await found("data").count == 2)
        #expect(try await found("data head") == [zoe])
        #expect(try await found("z").isEmpty)
        #expect(try await found("oe").isEmpty)
        #expect(try await found("hl 1") == [zoe])
        #expect(SearchWords.terms(of: "%") == nil)
    }

    @Test("a search, a filter and an order do not tell of fields that are withheld")
    func withheld() async throws {
        let workforce = try await Workforce()
        try await workforce.add("1", more: [.country: "DE"])
        let viewer = workforce.subject(["viewer"], employee: nil)
        let gate = try workforce.gate("employee.view", for: viewer, .many)
        #expect(try await workforce.listed(gate).count == 1)
        #expect(try await workforce.listed(gate) { $0.country = Country("DE") }.count == 1)
        // Viewers read names and places, not terms: neither end of employment nor manager.
        #expect(try await workforce.listed(gate) { $0.status = .active }.isEmpty)
        #expect(try await workforce.listed(gate) { $0.order = .hiredOn }.isEmpty)
        #expect(try await workforce.listed(gate) { $0.manager = .generate() }.isEmpty)
    }

    @Test("pages follow each other without gap or repetition in every order", arguments: EmployeeListing.Order.allCases)
    func pages(order: EmployeeListing.Order) async throws {
        let workforce = try await Workforce()
        var all: Set<UUIDv7> = []
        for number in 0..<13 {
            all.insert(
                try await workforce.add(
                    "N\(number)", given: ["Ada", "Bo", "Çem"][number % 3], family: ["Öz", "Li"][number % 2],
                    more: [.hiredOn: ["2020-01-01", "2021-05-05"][number % 2]]))
        }
        let gate = try workforce.gate("employee.view", for: workforce.subject(["hr_lead"], employee: nil), .many)
        for isDescending in [false, true] {
            var seen: [UUIDv7] = []
            var after: (key: String, id: UUIDv7)?
            while true {
                let page = try await workforce.listed(gate) { listing in
                    listing.order = order
                    listing.isDescending = isDescending
                    listing.limit = 4
                    listing.after = after
                }
                let shown = page.prefix(4)
                seen += shown.map(\.id)
                guard page.count > 4, let last = shown.last else { break }
                after = (last.sortKey ?? "", last.id)
            }
            #expect(seen.count == 13)
            #expect(Set(seen) == all)
        }
    }

    @Test("under row-level security an index serves the search, for the service's own role")
    func indexServes() async throws {
        let workforce = try await Workforce()
        let id = try await workforce.add("1", given: "Zoë")
        let (scope, tenant) = (workforce.scope, workforce.tenant)
        try await workforce.database.execute(
            scope,
            """
            INSERT INTO employee_word (tenant, word, field, employee_id)
            SELECT \(tenant), 'w' || n, 'given_name', \(id) FROM generate_series(1, 30000) n
            """)
        let migrator = workforce.test.database(workforce.test.superuser(schema: "hr"))
        try await migrator.execute(scope, "ANALYZE employee_word")
        await migrator.close()
        let gate = try workforce.gate("employee.view", for: workforce.subject(["hr_lead"], employee: nil), .many)
        for text in ["zoe", "z"] {
            var listing = EmployeeListing(limit: 50)
            listing.terms = SearchWords.terms(of: text)
            let statement = try #require(workforce.store.page(listing, gate))
            let lines = try await workforce.database.query(scope, "EXPLAIN (COSTS OFF) \(statement)")
                .map { try $0.get(at: 0, as: String.self) }
            let plan = lines.joined(separator: "\n")
            #expect(plan.contains("employee_word_pkey"), "\(plan)")
            #expect(!plan.contains("Seq Scan on employee_word"), "\(plan)")
            #expect(
                lines.contains { $0.contains("Index Cond") && $0.contains("word") && $0.contains("tenant") }, "\(plan)")
        }
    }
}
