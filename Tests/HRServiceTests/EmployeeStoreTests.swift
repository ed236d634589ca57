import AuditCore
import HRDomain
import KeyVault
import PolicyCore
@_spi(ScopeMinting) import Postgres
import SQLQuery
import Testing
import WireFormat

@testable import HRService

@Suite("Employees in the database")
struct EmployeeStoreTests {
    @Test("a list shows exactly the records that a check allows, with exactly the fields, for every role")
    func planAgreesWithChecks() async throws {
        let workforce = try await Workforce()
        let (scope, store) = (workforce.scope, workforce.store)
        let boss = try await workforce.add("1")
        let head = try await workforce.add("2", manager: boss, more: [.country: "DE"])
        let gone = try await workforce.add("3", manager: head, left: Day(workforce.now))
        let clerk = try await workforce.add("4", manager: gone, more: [.email: "clerk@example.org"])
        let people = [boss, head, gone, clerk, try await workforce.add("5")]
        for role in ["employee", "manager", "analyst", "viewer", "hr_lead", "admin", "owner"] {
            for person in people + [nil] {
                let subject = workforce.subject([role], employee: person)
                let many = try workforce.gate("employee.view", for: subject, .many)
                let one = try workforce.gate("employee.view", for: subject, .one)
                let listed = try await workforce.listed(many)
                var expected: [UUIDv7] = []
                for id in people {
                    let row = try #require(try await workforce.database.query(scope, store.facts(of: id)).first)
                    let (values, chain) = try EmployeeFacts.facts(row)
                    let decision = workforce.bundle.check(
                        DecisionRequest(
                            subject: subject, action: "employee.view",
                            resource: EmployeeFacts.resource(values, of: id, chain: chain, tenant: workforce.tenant),
                            context: workforce.context))
                    let read = try await workforce.database.query(scope, store.one(id, one)).first
                    #expect((read != nil) == decision.isAllowed)
                    guard decision.isAllowed else { continue }
                    expected.append(id)
                    let records = [
                        try store.record(try #require(read), one), try #require(listed.first { $0.id == id }),
                    ]
                    for field in EmployeeField.allCases where field != .id {
                        let mayRead = decision.fields.canRead(field: field.name)
                        #expect(records[0].canRead(field, one) == mayRead, "\(role) \(field)")
                        #expect(records[1].canRead(field, many) == mayRead, "\(role) \(field)")
                    }
                }
                #expect(listed.map(\.id) == expected.sorted(), "\(role)")
                // Not vacuous: the policies that are shipped let some see everybody and some nobody.
                if role == "owner" { #expect(listed.count == people.count) }
                if role == "manager" && person == boss { #expect(listed.count == 4) }
            }
        }
    }

    @Test("withheld fields are named and nothing of them is shown; sealed ones open for those who may read them")
    func masks() async throws {
        let workforce = try await Workforce()
        let boss = try await workforce.add("1")
        let salary: JSONValue = ["amount": "5000.00", "currency": "EUR"]
        let clerk = try await workforce.add("2", manager: boss, more: [.salary: salary, .nationalID: "AB-123"])
        func view(_ roles: [String], _ employee: UUIDv7?) async throws -> EmployeeView {
            let gate = try workforce.gate("employee.view", for: workforce.subject(roles, employee: employee), .one)
            let row = try #require(
                try await workforce.database.query(workforce.scope, workforce.store.one(clerk, gate)).first)
            let record = try workforce.store.record(row, gate)
            let keys = record.key.map { [clerk: $0] } ?? [:]
            return try record.view(gate, try await workforce.vault.opener(scope: workforce.scope, keys: keys))
        }
        let viewer = try await view(["viewer"], nil)
        #expect(viewer.withheld.contains("salary") && viewer.wire["salary"] == nil && viewer.wire["grade"] == nil)
        #expect(viewer.wire["given_name"] == "Anna")
        let manager = try await view(["manager"], boss)
        #expect(manager.wire["salary"] == salary)
        #expect(manager.withheld.contains("national_id"))
        let own = try await view(["employee"], clerk)
        #expect(own.wire["national_id"] == "AB-123")
        #expect(own.withheld == [])
        #expect(own.wire["bank_iban"] == .null)
    }

    @Test("no plain sensitive value stands in the database")
    func sealed() async throws {
        let workforce = try await Workforce()
        try await workforce.add(
            "1", more: [.email: "secret.person@example.org", .nationalID: "XK 99887766", .birthDate: "1980-02-03"])
        let dump = try await workforce.database.query(
            workforce.scope, "SELECT e::text AS row FROM employee e UNION ALL SELECT w::text FROM employee_word w")
        for row in dump {
            let text: String = try row.get("row")
            for secret in ["secret.person", "99887766", "1980-02-03"] { #expect(!text.contains(secret)) }
        }
    }

    @Test("an event tells what changed, and never a sensitive value in plain")
    func events() async throws {
        let workforce = try await Workforce()
        let id = try await workforce.add("1")
        let values = EmployeeValues([
            .jobTitle: "Head of Data", .salary: ["amount": "77123.00", "currency": "EUR"], .email: "who@example.org",
            .birthDate: "1977-07-07", .gender: .null,
        ])
        let sealer = try await workforce.vault.sealer(scope: workforce.scope, persons: [id])
        let write = try EmployeeWrite(values, of: id, sealer)
        let access = workforce.bundle.check(
            DecisionRequest(
                subject: workforce.subject(["owner"], employee: nil), action: "employee.update",
                resource: EmployeeFacts.resource(values, of: id, chain: [], tenant: workforce.tenant),
                context: workforce.context)
        ).fields
        let changes = EmployeeChangeLog.changes(to: write, values.values.keys.sorted(), access, sealer.opener)
        let text = String(decoding: changes.wire.bytes(), as: UTF8.self)
        #expect(changes.map(\.field) == ["job_title", "email", "birth_date", "gender", "salary"])
        #expect(text.contains("Head of Data"))
        for secret in ["77123", "who@", "1977"] { #expect(!text.contains(secret)) }
        // A class that policy calls sensitive is protected even where its column is not sealed.
        let cautious = EmployeeChangeLog.changes(to: write, [.jobTitle], .none, sealer.opener)
        #expect(!String(decoding: cautious.wire.bytes(), as: UTF8.self).contains("Head"))
    }

    @Test("the tag changes with what the caller sees, and with nothing else")
    func tags() async throws {
        let workforce = try await Workforce()
        let id = try await workforce.add("1", more: [.salary: ["amount": "1.00", "currency": "EUR"]])
        func tag(_ role: String) async throws -> String {
            let gate = try workforce.gate("employee.view", for: workforce.subject([role], employee: nil), .one)
            let row = try #require(
                try await workforce.database.query(workforce.scope, workforce.store.one(id, gate)).first)
            return try workforce.store.record(row, gate).tag(gate)
        }
        let before = try await (tag("viewer"), tag("hr_lead"))
        #expect(before.0 != before.1)
        try await change(id, [.salary: ["amount": "2.00", "currency": "EUR"]], workforce)
        let after = try await (tag("viewer"), tag("hr_lead"))
        #expect(before.0 == after.0)
        #expect(before.1 != after.1)
    }

    @Test("an update needs tenant, id, version and the plan's predicate, each of them")
    func updates() async throws {
        let workforce = try await Workforce()
        let boss = try await workforce.add("1")
        let clerk = try await workforce.add("2", manager: boss)
        let stranger = try await workforce.add("3")
        let lead = workforce.subject(["hr_lead"], employee: nil)
        let values = EmployeeValues([.jobTitle: "Head"])
        let write = try EmployeeWrite(values, of: clerk, try await workforce.vault.sealer(scope: workforce.scope))
        func count(_ id: UUIDv7, version: Int64, _ gate: RowGate, _ scope: TenantScope? = nil) async throws -> Int {
            let scope = scope ?? workforce.scope
            return try await workforce.database.execute(
                scope,
                EmployeeStore(tenant: scope.tenant, instant: workforce.now).update(
                    id, version: version, write, fields: [.jobTitle], nameKey: nil, gate))
        }
        let all = try workforce.gate("employee.update", for: lead, .one)
        let own = try RowGate(
            workforce.plan("employee.view", for: workforce.subject(["manager"], employee: boss)),
            render: EmployeeFilters(workforce.store, .one).sql)
        #expect(try await count(clerk, version: 2, all) == 0)
        #expect(try await count(clerk, version: 1, all, workforce.otherScope) == 0)
        #expect(try await count(stranger, version: 1, own) == 0)
        // The manager sees the clerk and may write no field of his.
        #expect(try await count(clerk, version: 1, own) == 0)
        #expect(try await count(clerk, version: 1, all) == 1)
        #expect(try await count(clerk, version: 1, all) == 0)
    }

    @Test("another organisation's rows are not there, even for SQL that forgets the tenant")
    func tenants() async throws {
        let workforce = try await Workforce()
        let mine = try await workforce.add("1")
        let theirs = try await workforce.add("1", in: workforce.otherScope)
        let gate = try workforce.gate("employee.view", for: workforce.subject(["hr_lead"], employee: nil), .one)
        #expect(try await workforce.database.query(workforce.scope, workforce.store.one(theirs, gate)).isEmpty)
        for table in ["SELECT id FROM employee", "SELECT employee_id AS id FROM employee_word"] as [SQL] {
            let ids = try await workforce.database.query(workforce.scope, table).map {
                try $0.get("id", as: UUIDv7.self)
            }
            #expect(Set(ids) == [mine])
        }
        let stolen = EmployeeStore(tenant: workforce.otherTenant, instant: workforce.now)
        #expect(try await workforce.database.query(workforce.scope, stolen.one(theirs, gate)).isEmpty)
    }

    private func change(_ id: UUIDv7, _ values: [EmployeeField: JSONValue], _ workforce: Workforce) async throws {
        let sealer = try await workforce.vault.sealer(scope: workforce.scope, persons: [id])
        let write = try EmployeeWrite(EmployeeValues(values), of: id, sealer)
        try await workforce.database.execute(
            workforce.scope,
            workforce.store.updateDecided(id, version: 1, write, fields: Array(values.keys), nameKey: nil))
    }
}
