import FoundationEssentials
import Glibc

/// The files of the server itself.
struct ServerFiles {
    let placement: ClusterPlacement
    let account: ServerAccount

    /// PostgreSQL's data directory.
    var cluster: String { placement.data + "/cluster" }
    /// Where the server logs.
    var log: String { placement.data + "/postgres.log" }
    private var socketLock: String { placement.socket + "/.s.PGSQL.5432.lock" }

    /// The server's process, when it runs.
    var runningServer: pid_t? { ClusterRemains.server(of: cluster) }

    /// How long the remaining processes of a killed server may take to notice that it is gone.
    private static let patienceWithOrphans: Duration = .seconds(10)

    /// Makes way after a server that was killed. Its own processes are waited for: two servers on one directory would
    /// destroy it. PostgreSQL removes a stale lock file by itself unless the number in it belongs to another process of
    /// the same user by now, as it may after a restart of the machine or container.
    func makeWay() async throws {
        let deadline = ContinuousClock.now + Self.patienceWithOrphans
        while ClusterRemains.processes(in: cluster).isEmpty == false {
            guard ContinuousClock.now < deadline else {
                throw PrivateClusterError(.inUse, "processes of an earlier server still use `\(cluster)`")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        for path in [cluster + "/postmaster.pid", socketLock] where unlink(path) != 0 && errno != ENOENT {
            throw PrivateClusterError(.directory, "`\(path)` cannot be removed")
        }
    }

    /// Writes the settings; on each start, because the socket's directory may have changed.
    func writeConfiguration(_ options: PrivateCluster.Options) throws {
        var lines = [
            "# Written at every start.",
            "listen_addresses = ''",
            "port = 5432",
            "unix_socket_directories = '\(placement.socket)'",
            "unix_socket_permissions = 0700",
            "password_encryption = 'scram-sha-256'",
            "max_connections = \(options.maximumConnections)",
            "shared_buffers = '128MB'",
            "timezone = 'UTC'",
            "log_timezone = 'UTC'",
            "lc_messages = 'C'",
            "# No data in the log: DETAIL quotes rows, parameters and statements hold values.",
            "log_error_verbosity = 'terse'",
            "log_min_error_statement = 'panic'",
            "log_parameter_max_length = 0",
            "log_parameter_max_length_on_error = 0",
        ]
        if !options.isDurable {
            lines += ["fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum = off"]
        }
        let own = cluster + "/bailiwick.conf"
        try write(lines.joined(separator: "\n") + "\n", to: own)
        let main = cluster + "/postgresql.conf"
        let include = "include 'bailiwick.conf'"
        guard let data = FileManager.default.contents(atPath: main) else {
            throw PrivateClusterError(.directory, "`\(main)` cannot be read")
        }
        let text = String(decoding: data, as: UTF8.self)
        if !text.contains(include) { try write(text + "\n" + include + "\n", to: main) }
    }

    private func write(_ text: String, to path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: Data(text.utf8)), chmod(path, 0o600) == 0,
            chown(path, account.userID, account.groupID) == 0
        else { throw PrivateClusterError(.directory, "`\(path)` cannot be written") }
    }

    /// The last line of the log that tells why the server did not start.
    var lastError: String? {
        guard let data = FileManager.default.contents(atPath: log) else { return nil }
        let lines = String(decoding: data.suffix(8192), as: UTF8.self).split(separator: "\n")
        return lines.last { $0.contains("FATAL:") || $0.contains("PANIC:") }.map { line in
            line.firstRange(of: "FATAL:  ").map { String(line[$0.upperBound...]) } ?? String(line)
        }
    }
}

/// What a cluster leaves behind when nobody stops it.
public struct ClusterRemains: Sendable, Hashable {
    /// The owner's directory.
    public let home: String
    /// The server's directory.
    public let data: String
    /// The socket's directory.
    public let socket: String

    /// Reads what is known of a cluster in its default places.
    public init(home: String, data: String, socket: String) {
        self.home = home
        self.data = data
        self.socket = socket
    }

    /// Kills the server without saving anything and removes the directories. Blocks for a moment; for clusters of tests,
    /// at the end of the process.
    public func destroy() {
        if let server = Self.server(of: data + "/cluster") {
            kill(server, SIGQUIT)
            // Not by asking for the process: where nobody reaps them the dead stay in the table.
            for _ in 0..<500 where !Self.processes(in: data + "/cluster").isEmpty { usleep(10_000) }
        }
        for path in [data, socket, home] { try? FileManager.default.removeItem(atPath: path) }
    }

    /// The process that serves a data directory: named in its `postmaster.pid` and working in that directory.
    static func server(of cluster: String) -> pid_t? {
        guard let data = FileManager.default.contents(atPath: cluster + "/postmaster.pid"),
            let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first, let process = pid_t(line)
        else { return nil }
        return processes(in: cluster).contains(process) ? process : nil
    }

    /// Every process whose working directory this is: a server and its children stay in their data directory.
    static func processes(in directory: String) -> [pid_t] {
        guard let resolved = realpath(directory, nil) else { return [] }
        defer { free(resolved) }
        let real = String(cString: resolved)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { process in
            var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
            let count = readlink("/proc/\(process)/cwd", &buffer, buffer.count)
            return count > 0 && String(decoding: buffer.prefix(count), as: UTF8.self) == real
        }
    }
}
