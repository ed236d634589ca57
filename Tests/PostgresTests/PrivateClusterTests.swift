import FoundationEssentials
import Glibc
@_spi(ScopeMinting) import Postgres
import PrivateCluster
import SQLQuery
import TestSupport
import Testing
import WireFormat

/// A server of one's own: made, started, stopped, taken over, and twice on one machine.
@Suite struct PrivateClusterTests {
    /// Named like the clusters of `TestCluster`, so that what a killed process leaves is removed by the next one.
    private let directory = "/tmp/bailiwick-test-\(UUIDv7.generate().text.suffix(12))"

    private func cluster(_ suffix: String = "", ownSocket: Bool = true) -> PrivateCluster {
        PrivateCluster(
            directory: directory + suffix, socketDirectory: ownSocket ? directory + suffix + "/socket" : nil,
            options: .init(isDurable: false, maximumConnections: 20),
            logger: TestDatabase.quiet)
    }

    private func ping(_ cluster: PrivateCluster) async throws {
        let configuration = DatabaseConfiguration(url: try await cluster.superuserURL())
        let database = Database(configuration, logger: TestDatabase.quiet)
        try await database.ping()
        await database.close()
    }

    @Test func itStartsStopsAndStartsAgainWithItsData() async throws {
        let first = cluster()
        try await first.start()
        let remains = try await first.remains()
        defer { remains.destroy() }
        let url = try await first.superuserURL().reveal()
        try await ping(first)
        #expect(await first.isRunning)

        let second = cluster()
        let refused = await #expect(throws: PrivateClusterError.self) { try await second.start() }
        #expect(refused?.code == .inUse)

        try await first.stop()
        #expect(await first.isRunning == false)
        try await second.start()
        #expect(try await second.superuserURL().reveal() == url)
        try await ping(second)
        try await second.stop()
    }

    @Test func twoOfThemRunSideBySide() async throws {
        let (one, other) = (cluster("-a"), cluster("-b"))
        async let startOne: Void = one.start()
        async let startOther: Void = other.start()
        _ = try await (startOne, startOther)
        let remains = try await [one.remains(), other.remains()]
        defer { for left in remains { left.destroy() } }
        try await ping(one)
        try await ping(other)
        try await one.stop()
        try await ping(other)
        try await other.stop()
    }

    @Test func aServerThatWasKilledLeavesNothingInTheWay() async throws {
        let cluster = cluster()
        try await cluster.start()
        let remains = try await cluster.remains()
        defer { remains.destroy() }
        let file = remains.data + "/cluster/postmaster.pid"
        let text = String(decoding: try #require(FileManager.default.contents(atPath: file)), as: UTF8.self)
        let process = try #require(pid_t(text.split(separator: "\n")[0]))
        kill(process, SIGKILL)
        #expect(try await eventually { await cluster.isRunning == false })
        try await cluster.stop()
        // The number in the stale file may belong to another process by now; this one, for example.
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        lines[0] = "\(getppid())"
        _ = FileManager.default.createFile(atPath: file, contents: Data(lines.joined(separator: "\n").utf8))
        try await cluster.start()
        try await ping(cluster)
        try await cluster.stop()
    }

    @Test func nobodyElseGetsIn() async throws {
        let cluster = cluster()
        try await cluster.start()
        let remains = try await cluster.remains()
        defer { remains.destroy() }
        var status = stat()
        for path in [remains.data, remains.socket] {
            #expect(stat(path, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o700)
        }
        #expect(stat(remains.home + "/superuser.password", &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        let listening = try await Database(
            DatabaseConfiguration(url: cluster.superuserURL()), logger: TestDatabase.quiet
        ).query(
            SystemScope(),
            """
            SELECT current_setting('listen_addresses') AS a, current_setting('data_checksums') AS b,
                   current_setting('password_encryption') AS c
            """)[0]
        #expect(try listening.get("a", as: String.self) == "")
        #expect(try listening.get("b", as: String.self) == "on")
        #expect(try listening.get("c", as: String.self) == "scram-sha-256")
        let wrong = try await cluster.url(user: "postgres", password: Redacted("wrong"), database: "postgres")
        let failure = await #expect(throws: PostgresError.self) {
            try await Database(DatabaseConfiguration(url: wrong), logger: TestDatabase.quiet).ping()
        }
        #expect(failure?.code == .authenticationFailed)
        try await cluster.stop()
    }

    @Test func aSocketPathThatIsTooLongIsOneClearLine() async throws {
        let cluster = PrivateCluster(
            directory: directory, socketDirectory: "/tmp/" + String(repeating: "x", count: 100),
            logger: TestDatabase.quiet)
        let failure = await #expect(throws: PrivateClusterError.self) { try await cluster.start() }
        #expect(failure?.code == .directory)
        #expect(failure?.description.contains("choose a shorter one") == true)
    }

    @Test(.enabled(if: geteuid() == 0, "only root has a user to hide from"))
    func aPlaceThatTheServersUserCannotReachIsLeftForOneThatItCan() async throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        chmod(directory, 0o700)
        let cluster = cluster("/inside", ownSocket: false)
        try await cluster.start()
        let remains = try await cluster.remains()
        defer {
            remains.destroy()
            try? FileManager.default.removeItem(atPath: directory)
        }
        #expect(remains.data.hasPrefix("/var/lib/bailiwick/"))
        try await ping(cluster)
        try await cluster.stop()

        // The home is removed and made again: the old data cannot be opened and is set aside.
        try FileManager.default.removeItem(atPath: remains.home)
        let again = self.cluster("/inside", ownSocket: false)
        try await again.start()
        try await ping(again)
        try await again.stop()
        let kept = try FileManager.default.contentsOfDirectory(atPath: remains.data)
        #expect(kept.count { $0.hasPrefix("cluster-") } == 1)
    }
}
