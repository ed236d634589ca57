import AuditClient
import AuditCore
import HRDomain
import IdentityClient
import KeyVault
import PolicyClient
import PolicyCore
import Postgres
import SQLQuery
import ServiceKit
import WireFormat

/// Imports employees from a CSV file: good lines go in, the others are reported. The same file again changes nothing.
struct EmployeeImport: Sendable {
    let commands: EmployeeCommands

    /// Lines of one transaction: nothing of a batch is half-written, and the tenant's lock is held for moments.
    static let batch = 200
    /// Questions of one call to PolicyEngine, so that a batch with its chains stays far below a body's limit.
    static let questions = 200

    private var database: Database { commands.database }
    private var vault: KeyVault { commands.queries.vault }

    /// One line, decided on.
    struct Item: Sendable {
        var placed: ImportResolution.Placed
        /// The present record; nil for a new employee.
        let record: EmployeeRecord?
        /// Department names not looked up yet have no id here.
        var values: EmployeeValues
        var fields: [EmployeeField]
        let current: EmployeeValues
        var decision: Decision?
    }

    /// Everything that one import works with.
    struct Run {
        let call: Call
        let token: AccessToken
        let store: EmployeeStore
        var departments: [String: UUIDv7]
        /// Names of departments that are not there yet, by folded name.
        var newDepartments: [String: String] = [:]
        /// Whether those may be made, by folded name.
        var departmentDecisions: [String: Decision] = [:]
        /// Employees whose line was refused when it was written, and who would have been made or moved by it.
        var unmoved: Set<UUIDv7> = []
        var report: ImportReport
        var evidence: EventDecision?
        var refusedByPolicy = 0
    }

    /// Imports a file.
    func run(_ call: Call, isDryRun: Bool) async throws -> ImportReport {
        let token = try call.user
        let scope = token.tenantScope
        let store = EmployeeStore(tenant: token.tenant, instant: call.received)
        // Asked before the file is read: who may import nothing learns nothing about its lines.
        let question = ResourceFacts(type: "employee", tenant: token.tenant.text)
        let general = try await commands.enforcer.policy.check(
            call, action: ActionName.employeeImport.text, resource: question)
        if let denial = general.denial, general.reason == .noGrant {
            try await commands.enforcer.refuse(
                call, token, .employeeImport, .employees, reason: Reason.noGrant.description, general.evidence)
            throw denial
        }

        let file = try ImportFile(call.body)
        var run = Run(
            call: call, token: token, store: store, departments: [:], report: ImportReport(isDryRun: isDryRun))
        run.report.lines = file.lineCount
        run.report.rejected = file.rejected
        let known = try await database.query(scope, store.everybody).map { row in
            KnownEmployee(
                id: try row.get("id"), number: try row.get("employee_number"),
                manager: try row.get("manager_id", as: UUIDv7?.self),
                terminatedOn: try row.get("terminated_on", as: Day?.self))
        }
        var resolution = ImportResolution(file.lines, known: known, at: call.received)
        try await readDepartments(resolution.placed, &run)

        // Everything is decided on before anything is written: without PolicyEngine nothing changes. Each line is
        // written at the version that was decided on.
        let decided = try await decide(&resolution, &run)
        run.report.rejected += resolution.rejected
        keepDepartments(of: decided, &run)
        for part in Self.batches(decided) {
            if isDryRun { count(part, &run) } else { try await write(part, &run) }
        }
        if run.refusedByPolicy > 0 {
            try await commands.enforcer.refuse(
                call, token, .employeeImport, .employees, reason: "lines-refused", run.evidence)
        }
        return run.report
    }

    // MARK: Departments

    private func readDepartments(_ placed: [ImportResolution.Placed], _ run: inout Run) async throws {
        var names: [String: String] = [:]
        for each in placed {
            guard let name = each.line.department, !name.isEmpty else { continue }
            names[SearchWords.fold(name)] = names[SearchWords.fold(name)] ?? name
        }
        guard !names.isEmpty else { return }
        let scope = run.token.tenantScope
        let store = DepartmentStore(tenant: run.token.tenant, instant: run.call.received)
        let keys = names.keys.sorted()
        for row in try await database.query(scope, store.named(keys)) {
            run.departments[try row.get("name_key")] = try row.get("id", as: UUIDv7.self)
        }
        for key in keys where run.departments[key] == nil {
            run.departments[key] = .generate(at: run.call.received)
            run.newDepartments[key] = names[key]
        }
        try await decideDepartments(&run)
    }

    /// Only departments that somebody will be in are created.
    private func keepDepartments(of items: [Item], _ run: inout Run) {
        let needed = Set(items.compactMap { $0.placed.line.department.map(SearchWords.fold) })
        run.newDepartments = run.newDepartments.filter { needed.contains($0.key) }
        run.report.departmentsCreated = run.newDepartments.count
    }

    static func batches<Element>(_ all: [Element]) -> [[Element]] {
        stride(from: 0, to: all.count, by: batch).map { Array(all[$0..<min($0 + batch, all.count)]) }
    }

    // MARK: What changes

    /// Lines beside the records that they are about.
    func compare(_ part: [ImportResolution.Placed], _ run: inout Run) async throws -> [Item] {
        let scope = run.token.tenantScope
        let numbers = part.filter { !$0.isNew }.map(\.line.number.text)
        var records: [UUIDv7: EmployeeRecord] = [:]
        if !numbers.isEmpty {
            for row in try await database.query(scope, run.store.whole(numbers)) {
                let record = try run.store.whole(row)
                records[record.id] = record
            }
        }
        let opener = try await commands.queries.opener(Array(records.values), scope)
        var tasks: [Item] = []
        for placed in part {
            let record = records[placed.id]
            guard placed.isNew || record != nil else {
                run.report.rejected.append(placed.line.rejection("the employee changed meanwhile; import again"))
                continue
            }
            var current = record?.plain ?? EmployeeValues()
            if let record, record.key != nil {
                for field in record.sealed.keys { current[field] = try record.value(field, opener) }
            }
            var values = placed.line.values
            if let department = placed.line.department {
                values[.departmentID] =
                    department.isEmpty
                    ? .null : run.departments[SearchWords.fold(department)]?.wire ?? .null
            }
            if placed.isNew || placed.movesManager { values[.managerID] = placed.manager?.wire ?? .null }
            let fields = current.differing(from: values)
            tasks.append(Item(placed: placed, record: record, values: values, fields: fields, current: current))
        }
        return tasks
    }

    private func count(_ tasks: [Item], _ run: inout Run) {
        for task in tasks {
            if task.placed.isNew { run.report.created += 1 } else { run.report.updated += 1 }
        }
    }

    // MARK: Writing

    /// Writes a batch with its events in one transaction. Lines that turn out to close a circle, because somebody else
    /// changed lines meanwhile, are rejected and the rest is tried again.
    private func write(_ tasks: [Item], _ run: inout Run) async throws {
        var left = tasks
        while true {
            refuseUnmoved(&left, &run)
            if left.isEmpty { return }
            do {
                try await commit(left, run)
                count(left, &run)
                run.newDepartments.removeAll()
                return
            } catch let circle as Circle {
                for task in left where circle.employees.contains(task.placed.id) {
                    run.unmoved.insert(task.placed.id)
                    run.report.rejected.append(
                        task.placed.line.rejection(ReportingLineRefusal.cycle.reason, at: .managerNumber))
                }
                let before = left.count
                left.removeAll { circle.employees.contains($0.placed.id) }
                if left.count == before { throw Problem.internalError }
            } catch let error as PostgresError where EmployeeConflict.problem(error) != nil {
                left.forEach { reject($0, &run) }
                return
            } catch is Outdated {
                left.forEach { reject($0, &run) }
                return
            }
        }
    }

    /// Rejects lines that were decided on below somebody whom a refused line would have made or moved.
    private func refuseUnmoved(_ tasks: inout [Item], _ run: inout Run) {
        guard !run.unmoved.isEmpty else { return }
        for task in tasks where !run.unmoved.isDisjoint(with: task.placed.chain) { reject(task, &run) }
        tasks.removeAll { !run.unmoved.isDisjoint(with: $0.placed.chain) }
    }

    private func reject(_ task: Item, _ run: inout Run) {
        if task.placed.isNew || task.placed.movesManager { run.unmoved.insert(task.placed.id) }
        run.report.rejected.append(
            task.placed.line.rejection("somebody else changed the same employees meanwhile; import again"))
    }

    /// Lines that closed a circle in the transaction.
    private struct Circle: Error {
        let employees: Set<UUIDv7>
    }

    /// A record is no longer the one that was decided on.
    private struct Outdated: Error {}

    private func commit(_ tasks: [Item], _ run: Run) async throws {
        let scope = run.token.tenantScope
        let tenant = run.token.tenant
        let sealer = try await vault.sealer(scope: scope, persons: tasks.map(\.placed.id))
        var statements: [SQL] = []
        var events: [AuditEvent] = []
        var words: [EmployeeWord] = []
        var changed: [UUIDv7] = []
        for task in tasks {
            let id = task.placed.id
            let stated = EmployeeValues(task.values.values.filter { task.fields.contains($0.key) })
            let write = try EmployeeWrite(stated, of: id, sealer)
            let after = task.current.applying(task.values)
            let access = task.decision?.fields ?? .none
            let changes: [EventChange]
            if let record = task.record {
                changed.append(id)
                statements.append(
                    run.store.updateDecided(
                        id, version: record.version, write, fields: task.fields, nameKey: EmployeeStore.nameKey(after)))
                changes = EmployeeChangeLog.changes(of: record, to: write, task.fields, access, sealer.opener)
            } else {
                statements.append(run.store.insert(id, write, nameKey: EmployeeStore.nameKey(after)) + " RETURNING id")
                changes = EmployeeChangeLog.changes(to: write, task.fields, access, sealer.opener)
            }
            words += EmployeeStore.words(after, of: id)
            events.append(
                AuditEvent(
                    run.call, by: run.token, action: ActionName.employeeImport.text, resource: .employee(id),
                    decision: task.decision?.evidence, changes: changes))
        }
        let moved = tasks.filter { $0.fields.contains(.managerID) }
        let departments = DepartmentStore(tenant: tenant, instant: run.call.received)
        let newKeys = run.newDepartments.keys.sorted()
        let departmentEvents = newKeys.compactMap { key in
            run.departments[key].map { id in
                AuditEvent(
                    run.call, by: run.token, action: ActionName.employeeImport.text,
                    resource: DepartmentQueries.resource(id), decision: run.departmentDecisions[key]?.evidence,
                    changes: [.plain("name", before: nil, after: JSONValue(run.newDepartments[key]))])
            }
        }
        try await database.transaction(scope) { transaction in
            _ = try await transaction.query(ReportingLineStore.lock(tenant))
            if !newKeys.isEmpty {
                let ids = newKeys.compactMap { run.departments[$0] }
                let count = try await transaction.execute(
                    departments.insertMissing(ids, names: newKeys.compactMap { run.newDepartments[$0] }, keys: newKeys))
                guard count == newKeys.count else { throw Outdated() }
            }
            let results = try await transaction.pipeline(statements)
            guard results.allSatisfy({ $0.count == 1 }) else { throw Outdated() }
            _ = try await transaction.pipeline([
                run.store.removeWords(of: changed), run.store.addWords(words),
                ReportingLineStore.end(moved.map(\.placed.id), tenant: tenant, at: run.call.received),
            ])
            try await move(moved, run, in: transaction)
            try await commands.outbox.record(departmentEvents + events, in: transaction)
        }
    }

    private func move(_ moved: [Item], _ run: Run, in transaction: Transaction) async throws {
        let starting = moved.filter { $0.placed.manager != nil }
        guard !starting.isEmpty else { return }
        let tenant = run.token.tenant
        let results = try await transaction.pipeline([
            ReportingLineStore.start(
                starting.map(\.placed.id), managers: starting.compactMap(\.placed.manager), tenant: tenant,
                at: run.call.received),
            ReportingLineStore.cycles(among: starting.map(\.placed.id), tenant: tenant),
        ])
        let circle = try Set(results[1].map { try $0.get("id", as: UUIDv7.self) })
        if !circle.isEmpty { throw Circle(employees: circle) }
    }
}
