import Glibc
import Subprocess

/// The user of the operating system that the server runs as: PostgreSQL refuses to run as root, so root gives it an
/// unprivileged user of its own, and everybody else runs it as themselves.
struct ServerAccount: Sendable {
    let userID: uid_t
    let groupID: gid_t
    /// Whether it is another user than this process's.
    let isSeparate: Bool

    /// The name of the user that root creates.
    private static let name = "bailiwick"

    /// The account, created when root needs it and it is missing.
    static func current() async throws -> ServerAccount {
        guard geteuid() == 0 else { return ServerAccount(userID: geteuid(), groupID: getegid(), isSeparate: false) }
        if let account = find() { return account }
        let result = try? await Subprocess.run(
            .name("useradd"),
            arguments: [
                "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell",
                "/usr/sbin/nologin", name,
            ], output: .discarded, error: .string(limit: 1 << 16))
        // Another copy may have been faster; what counts is that the user is there.
        if let account = find() { return account }
        let said = result?.standardError ?? ""
        throw PrivateClusterError(
            .user, "the user `\(name)` cannot be created: \(said.split(separator: "\n").last ?? "no useradd")")
    }

    private static func find() -> ServerAccount? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        return ServerAccount(userID: entry.pw_uid, groupID: entry.pw_gid, isSeparate: true)
    }
}
