import FoundationEssentials
import Glibc

/// Where a cluster's files lie, given where its owner wants them.
struct ClusterPlacement: Sendable {
    /// For the owner: the superuser's password and the lock.
    let home: String
    /// For the server: its data, its configuration, its log.
    let data: String
    /// For the socket.
    let socket: String

    /// A socket's address is at most 107 bytes, of which its name takes 20.
    private static let longestSocketDirectory = 86
    /// Where root's clusters go when the server's user could not reach the place that was asked for, `/root/…` say.
    private static let reachableRoot = "/var/lib/bailiwick"

    /// Decides, and creates the home, because whether the server's user can reach it shows only then.
    init(directory: String, socketDirectory: String?, account: ServerAccount) throws {
        let home = Self.absolute(directory)
        let key = Self.key(of: home)
        self.home = home
        socket = socketDirectory.map(Self.absolute) ?? "/tmp/bailiwick-\(key)"
        guard socket.utf8.count <= Self.longestSocketDirectory else {
            throw PrivateClusterError(
                .directory,
                "the socket's directory `\(socket)` is longer than \(Self.longestSocketDirectory) bytes; choose a shorter one"
            )
        }
        let isNew = !FileManager.default.fileExists(atPath: home)
        do {
            try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        } catch {
            throw PrivateClusterError(.directory, "the directory `\(home)` cannot be created")
        }
        if account.isSeparate, isNew { chmod(home, 0o711) }
        // Data that lies there already is never looked for in another place.
        let isReachable =
            !account.isSeparate || Self.isReachable(home) || FileManager.default.fileExists(atPath: home + "/postgres")
        data = isReachable ? home + "/postgres" : "\(Self.reachableRoot)/\(key)"
    }

    private static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }

    /// FNV-1a of the path, in hexadecimal: only has to differ between two copies on one machine.
    private static func key(of path: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in path.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return String(hash, radix: 16)
    }

    /// Whether every directory on the way lets anybody pass.
    private static func isReachable(_ path: String) -> Bool {
        var passed = ""
        return path.split(separator: "/").allSatisfy { part in
            passed += "/" + part
            var status = stat()
            return stat(passed, &status) == 0 && status.st_mode & S_IXOTH != 0
        }
    }

    /// Creates the server's own directories.
    func create(for account: ServerAccount) throws {
        if data.hasPrefix(Self.reachableRoot + "/") {
            mkdir(Self.reachableRoot, 0o711)
            chmod(Self.reachableRoot, 0o711)
        }
        try Self.createOwned(data, by: account)
        try Self.createOwned(socket, by: account)
    }

    /// A directory for the server's user alone. One that exists must be a real one and must be his already: `/tmp` is
    /// everybody's, and somebody may have put a trap there.
    private static func createOwned(_ path: String, by account: ServerAccount) throws {
        if mkdir(path, 0o700) == 0 {
            guard chown(path, account.userID, account.groupID) == 0 else {
                throw PrivateClusterError(.directory, "the directory `\(path)` cannot be given to the server's user")
            }
            return
        }
        var status = stat()
        guard errno == EEXIST, lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw PrivateClusterError(.directory, "the directory `\(path)` cannot be created")
        }
        if status.st_uid == account.userID {
            chmod(path, 0o700)
            return
        }
        throw PrivateClusterError(.directory, "the directory `\(path)` belongs to somebody else")
    }
}
