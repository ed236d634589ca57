import Foundation

/// Where one installation keeps its cluster, keys and notes of what runs. Everything in it is the owner's alone.
struct DataDirectory: Sendable {
    /// Absolute path without a slash at its end.
    let path: String

    /// The directory at `path`, made absolute; it need not exist yet.
    init(path: String) { self.path = URL(fileURLWithPath: path).standardizedFileURL.path }

    /// Where an installation lives unless told: for root below `/var/lib`, where the cluster's own user can reach it,
    /// else below the user's state directory (XDG base directories); one for each checkout.
    static func standard(environment: [String: String], checkout: String) -> DataDirectory {
        let name = checkout.utf8.reduce(into: UInt64(0xCBF2_9CE4_8422_2325)) { hash, byte in
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        let suffix = "bailiwick/" + String(name, radix: 36)
        if geteuid() == 0 { return DataDirectory(path: "/var/lib/" + suffix) }
        let state = environment["XDG_STATE_HOME"] ?? (environment["HOME"] ?? "/tmp") + "/.local/state"
        return DataDirectory(path: state + "/" + suffix)
    }

    /// The private PostgreSQL cluster.
    var cluster: String { path + "/postgres" }
    /// Keys and passwords, one a file, mode 0600.
    var secrets: String { path + "/secrets" }
    /// The public keys of all services.
    var registry: String { path + "/registry.json" }
    /// The log key's public half, for verifying evidence elsewhere.
    var checkpointPublicKey: String { path + "/checkpoint.pub" }
    /// What listens where, written when everything is ready.
    var endpoints: String { path + "/endpoints.json" }
    /// Mails of an installation without a mail server, a file each.
    var mail: String { path + "/mail" }
    /// Held while an installation runs from here.
    var lockFile: String { path + "/lock" }
    /// The seed of the key-encryption key.
    var keyEncryptionKey: String { secrets + "/kek.json" }
    /// The private key that signs checkpoints.
    var checkpointKey: String { secrets + "/checkpoint.key" }

    /// The key of list cursors.
    var cursorKey: String { secrets + "/cursor.key" }

    /// The service's private key for service tokens.
    func serviceKey(_ name: String) -> String { secrets + "/service-\(name).json" }

    /// The file that holds a service's database URL, password included.
    func databaseURL(_ name: String) -> String { secrets + "/database-\(name).url" }

    /// Makes the directories that are missing.
    func create() throws {
        for directory in [path, secrets] {
            do {
                try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            } catch {
                throw CommandFailure("cannot create `\(directory)`: \(error.localizedDescription)")
            }
        }
        // The cluster's own user must pass through; it can list nothing.
        chmod(path, geteuid() == 0 ? 0o711 : 0o700)
        chmod(secrets, 0o700)
    }

    /// Writes a file that only its owner can read, all of it or nothing.
    func write(_ content: [UInt8], to file: String, mode: mode_t = 0o600) throws {
        let temporary = file + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else {
            throw CommandFailure("cannot write `\(file)`: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var written = 0
        while written < content.count {
            let count = content[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw CommandFailure("cannot write `\(file)`: \(String(cString: strerror(errno)))") }
            written += count
        }
        guard fsync(descriptor) == 0, rename(temporary, file) == 0 else {
            throw CommandFailure("cannot write `\(file)`: \(String(cString: strerror(errno)))")
        }
    }

    /// The bytes of a file, or nil when there is none.
    func read(_ file: String) throws -> [UInt8]? {
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        guard let content = FileManager.default.contents(atPath: file) else {
            throw CommandFailure("cannot read `\(file)`")
        }
        return Array(content)
    }
}
