import AuditCore
import HRDomain
import IdentityClient
import PolicyClient
import PolicyCore
import ServiceKit
import WireFormat

// Whether the lines of a file may be imported. Nothing is written here.

extension EmployeeImport {
    /// How often lines are judged anew because a line above them was refused. A file that needs more is wrong in its
    /// upper levels; what is still open then is rejected.
    static let mostRounds = 8

    /// What became of a line, for the chain that it was judged with.
    private struct Judged {
        let chain: [UUIDv7]
        /// Nil when the line changes nothing.
        let item: Item?
    }

    /// Decides on every line, until none stands on a refused one: a refused line moves nobody, so whoever would have
    /// been below it has another chain, and is judged with that one.
    ///
    /// - Returns: the lines that change something, from the top down.
    func decide(_ resolution: inout ImportResolution, _ run: inout Run) async throws -> [Item] {
        var judged: [UUIDv7: Judged] = [:]
        var open = resolution.placed
        for _ in 0..<Self.mostRounds where !open.isEmpty {
            var refused = Set(open.map(\.id))
            for part in Self.batches(open) {
                for item in try await decide(try await compare(part, &run), &run) {
                    refused.remove(item.placed.id)
                    judged[item.placed.id] = Judged(chain: item.placed.chain, item: item.fields.isEmpty ? nil : item)
                }
            }
            if !refused.isEmpty { resolution.refuse(refused) }
            open = resolution.placed.filter { judged[$0.id]?.chain != $0.chain }
        }
        while !open.isEmpty {
            for each in open { run.report.rejected.append(each.line.rejection("too many lines above are refused")) }
            resolution.refuse(Set(open.map(\.id)))
            open = resolution.placed.filter { judged[$0.id]?.chain != $0.chain }
        }
        return resolution.placed.compactMap { placed in
            guard var item = judged[placed.id]?.item else {
                run.report.unchanged += 1
                return nil
            }
            item.placed = placed
            return item
        }
    }

    /// Asks for each department that is not there whether it may be made.
    func decideDepartments(_ run: inout Run) async throws {
        let new = run.newDepartments.sorted { $0.key < $1.key }
        guard !new.isEmpty else { return }
        let (tenant, ids) = (run.token.tenant, run.departments)
        let decisions = try await commands.enforcer.policy.check(
            run.call, action: ActionName.departmentCreate.text,
            resources: new.map { key, name in
                DepartmentQueries.facts(id: ids[key] ?? .placeholder, name: name, code: nil, tenant: tenant)
            }, at: .now())
        for ((key, _), decision) in zip(new, decisions) { run.departmentDecisions[key] = decision }
    }

    /// Asks about every line's new state, and about the present state of those that exist.
    ///
    /// - Returns: the lines that are allowed; the others are on the report.
    private func decide(_ tasks: [Item], _ run: inout Run) async throws -> [Item] {
        var allowed: [Item] = []
        for part in stride(from: 0, to: tasks.count, by: Self.questions / 2).map({
            Array(tasks[$0..<min($0 + Self.questions / 2, tasks.count)])
        }) {
            let tenant = run.token.tenant
            let present = part.filter { !$0.placed.isNew }
            let decisions = try await commands.enforcer.policy.check(
                run.call, action: ActionName.employeeImport.text,
                resources: part.map { task in
                    EmployeeFacts.resource(
                        task.current.applying(task.values), of: task.placed.id, chain: task.placed.chain,
                        tenant: tenant)
                }
                    + present.map { task in
                        EmployeeFacts.resource(
                            task.current, of: task.placed.id, chain: task.placed.presentChain, tenant: tenant)
                    }, at: .now())
            let presentDecisions = Dictionary(
                zip(present.map(\.placed.id), decisions.dropFirst(part.count)), uniquingKeysWith: { first, _ in first })
            for (after, var task) in zip(decisions, part) {
                let before = presentDecisions[task.placed.id] ?? after
                if let refusal = refusal(of: task, before: before, after: after, run) {
                    run.refusedByPolicy += 1
                    run.evidence = refusal.decision.evidence
                    run.report.rejected.append(
                        task.placed.line.rejection(
                            "policy does not allow this (\(refusal.reason)); decision \(refusal.decision.id ?? "")",
                            at: refusal.column))
                } else {
                    task.decision = after
                    allowed.append(task)
                }
            }
        }
        return allowed
    }

    /// Why a line is refused, and by which decision.
    private struct Refusal {
        let decision: Decision
        let reason: String
        let column: ImportColumn?
    }

    private func refusal(of task: Item, before: Decision, after: Decision, _ run: Run) -> Refusal? {
        guard after.isAllowed, before.isAllowed else {
            let deciding = after.isAllowed ? before : after
            return Refusal(decision: deciding, reason: deciding.reason?.description ?? "no-grant", column: nil)
        }
        // A field that the caller may not read counts as changed: whether his guess is the present value is not his to
        // learn, and so no line is called unchanged before it was decided.
        let refused = task.values.values.keys.sorted { $0.name < $1.name }.filter { field in
            let isHidden = task.record != nil && !before.fields.canRead(field: field.name)
            return (task.fields.contains(field) || isHidden)
                && !(after.fields.canWrite(field: field.name) && before.fields.canWrite(field: field.name))
        }
        if let first = refused.first {
            return Refusal(decision: before, reason: "field-not-writable", column: ImportColumn.of(first))
        }
        // Last: whoever may not import the line does not learn from it which departments there are.
        guard let name = task.placed.line.department, let decision = run.departmentDecisions[SearchWords.fold(name)]
        else { return nil }
        if !decision.isAllowed {
            return Refusal(
                decision: decision, reason: decision.reason?.description ?? "no-grant", column: .department)
        }
        return decision.fields.canWrite(field: "name")
            ? nil : Refusal(decision: decision, reason: "field-not-writable", column: .department)
    }
}
