import ServiceKit

/// `/v1/employees/import`: decode, call, encode.
struct ImportRoutes: Sendable {
    let imports: EmployeeImport

    /// Some 50,000 employees.
    static let fileLimit = 10 << 20
    /// Thousands of lines are sealed, decided on and written.
    static let timeLimit = Duration.seconds(300)

    /// The routes.
    var routes: [Route] {
        [
            Route(
                .post, "/v1/employees/import", access: .user(action: ActionName.employeeImport.text),
                body: .csv(limit: Self.fileLimit), query: ["dry_run"], timeLimit: Self.timeLimit, handler: load)
        ]
    }

    @Sendable private func load(_ call: Call) async throws -> Reply {
        let isDryRun = try call.query.bool("dry_run") ?? false
        // Thousands of lines are read and sealed: not on an event loop, whose connections would wait.
        let report = try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await imports.run(call, isDryRun: isDryRun)
        }
        return .json(report.wire)
    }
}
