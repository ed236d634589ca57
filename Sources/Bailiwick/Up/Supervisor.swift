import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

/// The four services of an installation as child processes, under one roof until a signal ends them.
struct Supervisor {
    /// What runs.
    let installation: Installation
    /// Where their output goes.
    let output: LineOutput

    /// Starts all four, writes `endpoints.json` when each is ready, and returns after SIGINT or SIGTERM when all ended.
    ///
    /// - Parameter visitor: runs beside the services once they are ready; when it returns, everything is shut down.
    func run(visitor: (@Sendable (Endpoints) async throws -> Void)? = nil) async throws {
        let started = StartedProcesses()
        let environment = installation.environment
        let processes = try Member.allCases.map { member in
            SupervisedProcess(
                name: member.rawValue, executable: try installation.executable(of: member),
                environment: environment.variables(for: member), output: output
            ) { processID in
                started.note(member, processID)
                if started.isReady { try? installation.write(started.endpoints(installation.ports)) }
            }
        }
        let announcer = ReadyService(installation: installation, started: started, output: output, visitor: visitor)
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(
                        service: announcer, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                ] + processes.map { .init(service: $0) },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "bailiwick.up")))
        try await group.run()
        installation.forgetEndpoints()
    }
}

/// The process ids of the last starts.
private final class StartedProcesses: Sendable {
    private let state = Mutex<(ids: [String: Int32], ready: Bool)>(([:], false))

    func note(_ member: Member, _ processID: Int32) { state.withLock { $0.ids[member.rawValue] = processID } }

    var isReady: Bool { state.withLock { $0.ready } }

    func markReady() { state.withLock { $0.ready = true } }

    func endpoints(_ ports: PortPlan) -> Endpoints { Endpoints(ports: ports, processIDs: state.withLock { $0.ids }) }
}

/// Waits until all four say that they are ready, tells it, and then receives the visitor.
private struct ReadyService: Service {
    /// A cold start with migrations takes some seconds; a minute means that something is wrong.
    static let patience = Duration.seconds(60)

    let installation: Installation
    let started: StartedProcesses
    let output: LineOutput
    let visitor: (@Sendable (Endpoints) async throws -> Void)?

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            let deadline = ContinuousClock.now + Self.patience
            for member in Member.allCases {
                let url = Endpoints(ports: installation.ports, processIDs: [:]).internalURL(member) + "/health/ready"
                while !(await ReadinessProbe.isReady(url)) {
                    if Task.isCancelled { return }
                    guard ContinuousClock.now < deadline else {
                        throw CommandFailure(
                            "`\(member.rawValue)` is not ready after \(Self.patience); see its lines above")
                    }
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            started.markReady()
            let endpoints = started.endpoints(installation.ports)
            try installation.write(endpoints)
            if let visitor {
                try await visitor(endpoints)
            } else {
                for line in installation.welcome(endpoints) { output.write(line) }
                try await gracefulShutdown()
            }
        }
    }
}
