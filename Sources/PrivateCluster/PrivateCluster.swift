import FoundationEssentials
import Glibc
public import Logging
public import WireFormat

/// A PostgreSQL server of one's own: reachable by a Unix socket only, with checksums, passwords by SCRAM, and when root
/// starts it a user of its own. Two of them in different directories do not know of each other.
public actor PrivateCluster {
    /// What a cluster is made for.
    public struct Options: Sendable {
        /// Whether a commit survives a power cut. Tests that throw their cluster away say no.
        public var isDurable: Bool
        /// How many connections the server admits.
        public var maximumConnections: Int

        /// Durable, with room for the four services' pools.
        public init(isDurable: Bool = true, maximumConnections: Int = 100) {
            self.isDurable = isDurable
            self.maximumConnections = maximumConnections
        }
    }

    /// The role that may do everything; only set-up and the demo's tampering use it.
    public static let superuser = "postgres"

    private let directory: String
    private let socketDirectory: String?
    private let options: Options
    private let logger: Logger
    private var state: State?

    private struct State {
        let placement: ClusterPlacement
        let programs: ServerPrograms
        let lock: Int32
        let password: Redacted<String>
    }

    /// Touches nothing yet. Without a socket directory one is made under `/tmp`, named after the cluster's.
    public init(directory: String, socketDirectory: String? = nil, options: Options = Options(), logger: Logger) {
        self.directory = directory
        self.socketDirectory = socketDirectory
        self.options = options
        self.logger = logger
    }

    deinit { if let state { Self.unlock(state.lock) } }

    /// Makes the cluster when there is none, and starts it. A server that an earlier process left running in this
    /// directory is taken over. Throws `inUse` when another process holds the directory.
    public func start() async throws {
        guard state == nil else { return }
        let account = try await ServerAccount.current()
        let placement = try ClusterPlacement(directory: directory, socketDirectory: socketDirectory, account: account)
        try placement.create(for: account)
        let lock = try Self.lock(placement.home)
        do {
            let programs = ServerPrograms(installation: try PostgresInstallation.find(), account: account)
            try setAside(placement)
            let password = try Self.password(in: placement.home)
            if !FileManager.default.fileExists(atPath: placement.data + "/cluster/PG_VERSION") {
                try await initialise(placement, programs, password)
            }
            let files = ServerFiles(placement: placement, account: account)
            if files.runningServer == nil {
                try await files.makeWay()
                try files.writeConfiguration(options)
                try await programs.run(
                    "pg_ctl", ["start", "-D", files.cluster, "-l", files.log, "-w", "-t", "60", "-s"])
            }
            state = State(placement: placement, programs: programs, lock: lock, password: password)
            logger.info(
                "private PostgreSQL is up", metadata: ["data": "\(placement.data)", "socket": "\(placement.socket)"])
        } catch let error as PrivateClusterError where error.code == .program {
            Self.unlock(lock)
            let said = ServerFiles(placement: placement, account: account).lastError
            throw said.map { PrivateClusterError(.program, "PostgreSQL does not start: \($0)") } ?? error
        } catch {
            Self.unlock(lock)
            throw error
        }
    }

    /// Stops the server; sessions are ended, nothing committed is lost.
    public func stop() async throws {
        guard let state else { return }
        defer {
            Self.unlock(state.lock)
            self.state = nil
        }
        let files = ServerFiles(placement: state.placement, account: state.programs.account)
        guard files.runningServer != nil else { return }
        try await state.programs.run("pg_ctl", ["stop", "-D", files.cluster, "-m", "fast", "-w", "-t", "60", "-s"])
        try? FileManager.default.removeItem(atPath: state.placement.socket)
    }

    /// Whether the server's process is there.
    public var isRunning: Bool {
        guard let state else { return false }
        return ServerFiles(placement: state.placement, account: state.programs.account).runningServer != nil
    }

    /// The URL of the superuser for a database of the running cluster.
    public func superuserURL(database: String = "postgres") throws -> Redacted<String> {
        try url(user: Self.superuser, password: running().password, database: database)
    }

    /// The URL of any role for a database of the running cluster.
    public func url(user: String, password: Redacted<String>, database: String) throws -> Redacted<String> {
        let socket = try running().placement.socket
        // Only generated passwords and names of our own come here, so nothing needs to be escaped but the socket's
        // path, which libpq takes as a parameter.
        return Redacted("postgres://\(user):\(password.reveal())@/\(database)?host=\(socket)")
    }

    /// The server's process and the directories to remove, for a cleaner that cannot wait for an actor.
    public func remains() throws -> ClusterRemains {
        let state = try running()
        return ClusterRemains(home: state.placement.home, data: state.placement.data, socket: state.placement.socket)
    }

    private func running() throws -> State {
        guard let state else { throw PrivateClusterError(.program, "the private PostgreSQL has not been started") }
        return state
    }

    // MARK: - Making

    /// A cluster whose home was removed cannot be opened any more: its password is gone, and so are the keys of what it
    /// holds. It makes room for a new one and is kept, because it is not ours to destroy.
    private func setAside(_ placement: ClusterPlacement) throws {
        let (cluster, files) = (placement.data + "/cluster", FileManager.default)
        guard files.fileExists(atPath: cluster), !files.fileExists(atPath: placement.home + "/superuser.password")
        else { return }
        guard ClusterRemains.server(of: cluster) == nil else {
            throw PrivateClusterError(.inUse, "a server whose password is lost still runs in `\(cluster)`")
        }
        let aside = "\(cluster)-\(Instant.now().seconds)"
        guard rename(cluster, aside) == 0 else {
            throw PrivateClusterError(.directory, "`\(cluster)` cannot be moved to `\(aside)`")
        }
        logger.warning("a cluster without its password was set aside", metadata: ["directory": "\(aside)"])
    }

    private func initialise(
        _ placement: ClusterPlacement, _ programs: ServerPrograms, _ password: Redacted<String>
    ) async throws {
        // Into a directory that gets its name when it is whole: an interrupted start leaves nothing half made.
        let unfinished = placement.data + "/unfinished"
        try? FileManager.default.removeItem(atPath: unfinished)
        // A pipe of root's is closed to the server's user, so the password takes the way of a file of his.
        let passwordFile = placement.data + "/initial.password"
        unlink(passwordFile)
        defer { unlink(passwordFile) }
        try Self.write(password.reveal() + "\n", toNew: passwordFile)
        guard chown(passwordFile, programs.account.userID, programs.account.groupID) == 0 else {
            throw PrivateClusterError(.directory, "`\(passwordFile)` cannot be given to the server's user")
        }
        var arguments = [
            "-D", unfinished, "-U", Self.superuser, "--auth=scram-sha-256", "--pwfile=\(passwordFile)",
            "--data-checksums",
            "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions",
        ]
        if !options.isDurable { arguments.append("--no-sync") }
        try await programs.run("initdb", arguments)
        guard rename(unfinished, placement.data + "/cluster") == 0 else {
            throw PrivateClusterError(.directory, "the new cluster cannot be moved to `\(placement.data)/cluster`")
        }
    }

    /// Held until the process ends, so that two copies never serve one directory.
    private static func lock(_ home: String) throws -> Int32 {
        let path = home + "/cluster.lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw PrivateClusterError(.directory, "`\(path)` cannot be created") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            Glibc.close(descriptor)
            throw PrivateClusterError(.inUse, "another process uses the directory `\(home)`")
        }
        return descriptor
    }

    /// Unlocks in so many words: a child that is just being started may still hold a copy of the descriptor.
    private static func unlock(_ descriptor: Int32) {
        flock(descriptor, LOCK_UN)
        Glibc.close(descriptor)
    }

    /// The superuser's password: 192 random bits, in a file of the owner.
    private static func password(in home: String) throws -> Redacted<String> {
        let path = home + "/superuser.password"
        if let data = FileManager.default.contents(atPath: path), let text = String(validating: data, as: UTF8.self) {
            return Redacted(text)
        }
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<24).map { _ in UInt8.random(in: 0...255, using: &random) }
        let password = Base64URL.encode(bytes)
        try write(password, toNew: path)
        return Redacted(password)
    }

    /// A new file that only its owner reads.
    private static func write(_ text: String, toNew path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw PrivateClusterError(.directory, "`\(path)` cannot be created") }
        defer { Glibc.close(descriptor) }
        let content = Array(text.utf8)
        guard Glibc.write(descriptor, content, content.count) == content.count else {
            throw PrivateClusterError(.directory, "`\(path)` cannot be written")
        }
    }
}
