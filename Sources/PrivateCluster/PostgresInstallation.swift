import FoundationEssentials
import Glibc
import Subprocess

/// Where the server's programs are.
struct PostgresInstallation: Sendable {
    /// The folder with `initdb` and `pg_ctl`.
    let binaries: String

    /// The oldest server that the project runs on.
    private static let oldestVersion = 15
    /// Debian keeps the versions side by side here and leaves their servers out of `PATH`.
    private static let debianRoot = "/usr/lib/postgresql"

    /// The newest version of Debian's packages, or whatever `PATH` has.
    static func find() throws -> PostgresInstallation {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: debianRoot)) ?? []
        let newest = versions.compactMap { Int($0) }.filter { $0 >= oldestVersion }.sorted(by: >)
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        let folders = newest.map { "\(debianRoot)/\($0)/bin" } + path.split(separator: ":").map(String.init)
        for folder in folders where access(folder + "/initdb", X_OK) == 0 && access(folder + "/pg_ctl", X_OK) == 0 {
            return PostgresInstallation(binaries: folder)
        }
        throw PrivateClusterError(
            .notInstalled,
            "PostgreSQL \(oldestVersion) or later is not installed; on Debian: apt-get install postgresql-15")
    }
}

/// Runs programs as the server's user.
struct ServerPrograms: Sendable {
    let installation: PostgresInstallation
    let account: ServerAccount

    /// The output of a program of PostgreSQL is a page at most; this only bounds memory.
    private static let outputLimit = 1 << 20

    /// Runs to the end; throws with the program's last words when it fails.
    func run(_ program: String, _ arguments: [String]) async throws {
        // Not by `PlatformOptions`: glibc's `setgroups` in a forked child waits for ever when another thread was being
        // created at that moment (nptl_setxid.c), so the user is changed by a program of its own (util-linux).
        let account: [String] =
            account.isSeparate
            ? ["setpriv", "--reuid=\(account.userID)", "--regid=\(account.groupID)", "--clear-groups", "--"] : []
        let result = try await Subprocess.run(
            // In `/`, because the server's user may not be allowed into this process's directory.
            .name("env"),
            arguments: Arguments(
                ["-C", "/", "LC_ALL=C.UTF-8"] + account + [installation.binaries + "/" + program] + arguments),
            output: .string(limit: Self.outputLimit), error: .string(limit: Self.outputLimit))
        guard result.terminationStatus.isSuccess else {
            let said = result.standardError.split(separator: "\n").map(String.init)
            let line = said.last { $0.contains("error") || $0.contains("could not") } ?? said.last ?? "no message"
            throw PrivateClusterError(.program, "\(program) failed: \(line)")
        }
    }
}
