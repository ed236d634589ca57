import FoundationEssentials
import Glibc
import Logging
import Postgres
import PrivateCluster
import Synchronization
import WireFormat

/// The PostgreSQL server of this test process: started when the first test wants it, removed when the process ends.
actor TestCluster {
    static let shared = TestCluster()

    /// The directories of all test clusters begin so; the process number follows.
    private static let prefix = "bailiwick-test-"
    /// Suites run side by side, each with pools of its own.
    private static let connections = 300

    /// A started server.
    struct Running: Sendable {
        let cluster: PrivateCluster
        let passwords: [String: Redacted<String>]
        let setup: RoleSetup
    }

    private static let remains = Mutex<ClusterRemains?>(nil)
    private var starting: Task<Running, any Error>?
    private var lastTurn: Task<Void, Never>?
    private var templates: [String: Task<Void, any Error>] = [:]

    /// The server, started once.
    func running() async throws -> Running {
        let task = starting ?? Task { try await Self.start() }
        starting = task
        return try await task.value
    }

    /// Makes databases one at a time: suites start all at once, and each copy writes some megabytes.
    func inTurn<R: Sendable>(_ work: @escaping @Sendable () async throws -> R) async throws -> R {
        let before = lastTurn
        let turn = Task {
            await before?.value
            return try await work()
        }
        lastTurn = Task { _ = await turn.result }
        return try await turn.value
    }

    /// Makes a template database once for each key.
    func template(_ key: String, _ make: @escaping @Sendable () async throws -> Void) async throws {
        let task = templates[key] ?? Task { try await make() }
        templates[key] = task
        try await task.value
    }

    private static func start() async throws -> Running {
        removeLeftovers()
        let home = "/tmp/\(prefix)\(getpid())"
        let logger = Logger(label: "test-cluster") { _ in SwiftLogNoOpLogHandler() }
        let cluster = PrivateCluster(
            directory: home, socketDirectory: home + "/socket",
            options: .init(isDurable: false, maximumConnections: connections), logger: logger)
        try await cluster.start()
        let left = try await cluster.remains()
        remains.withLock { $0 = left }
        atexit { TestCluster.remains.withLock { $0 }?.destroy() }
        var admin = DatabaseConfiguration(url: try await cluster.superuserURL(), applicationName: "test-setup")
        // While everything is compiled and tested at once a small machine is slow to answer.
        admin.connectTimeout = .seconds(60)
        let setup = RoleSetup(admin: admin, logger: logger)
        var passwords: [String: Redacted<String>] = [:]
        for role in [ServiceRole.migrator] + ServiceRole.all.map(\.role) {
            passwords[role] = Redacted(UUIDv7.generate().text)
        }
        try await setup.createRoles(passwords: passwords)
        return Running(cluster: cluster, passwords: passwords, setup: setup)
    }

    /// Removes the clusters of test processes that were killed: their lock is free.
    private static func removeLeftovers() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/tmp")) ?? []
        for name in names where name.hasPrefix(prefix) {
            let home = "/tmp/" + name
            let lock = open(home + "/cluster.lock", O_RDWR | O_CLOEXEC)
            guard lock >= 0 else { continue }
            defer { close(lock) }
            guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { continue }
            ClusterRemains(home: home, data: home + "/postgres", socket: home + "/socket").destroy()
        }
    }
}
