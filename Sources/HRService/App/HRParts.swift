import AuditClient
import Idempotency
import KeyVault
import PolicyClient
import Postgres
import ServiceKit

/// What the capabilities of the service work with. Made once, in the wiring.
struct HRParts: Sendable {
    let database: Database
    let vault: KeyVault
    let policy: PolicyClient
    /// Calls AuthService.
    let identity: ServiceClient
    let cursors: CursorCodec

    /// Every public route.
    var routes: [Route] {
        let outbox = AuditOutbox(database: database, origin: .hr)
        let enforcer = Enforcer(policy: policy, outbox: outbox)
        let answers = IdempotentAnswers(database: database, vault: vault)
        let queries = EmployeeQueries(
            database: database, vault: vault, outbox: outbox, enforcer: enforcer, cursors: cursors)
        let commands = EmployeeCommands(queries: queries, answers: answers)
        let employees = EmployeeRoutes(
            queries: queries, commands: commands,
            amendments: EmployeeAmendments(commands: commands, identity: identity))
        let departmentQueries = DepartmentQueries(database: database, enforcer: enforcer, cursors: cursors)
        let departments = DepartmentRoutes(
            queries: departmentQueries,
            commands: DepartmentCommands(queries: departmentQueries, answers: answers, outbox: outbox))
        let imports = ImportRoutes(imports: EmployeeImport(commands: commands))
        return employees.routes + imports.routes + departments.routes
    }
}
