import Glibc
public import WireFormat

extension KeyFile {
    /// Makes a file with one new key. An existing file is left alone and is an error.
    public static func create(at path: String, now: Instant = .now()) throws(KeyVaultError) -> KeyFile {
        let key = newKey(at: now)
        let file = KeyFile(current: key.id, keys: [key])
        try write(file, to: path, options: O_WRONLY | O_CREAT | O_EXCL)
        return file
    }

    /// Adds a new key and makes it the current one; the others stay to unwrap. The file is replaced as a whole. Every
    /// service then wraps its tenant keys anew (`KeyVault.rewrapTenantKeys`), after which `removeKey` may end the old one.
    public static func addKey(at path: String, now: Instant = .now()) throws(KeyVaultError) -> KeyFile {
        let file = try load(path)
        guard file.keys.count < mostKeys else {
            throw KeyVaultError(.keyFile, "\(path): already has \(mostKeys) keys; remove those that wrap nothing")
        }
        let key = newKey(at: now)
        return try replace(KeyFile(current: key.id, keys: file.keys + [key]), at: path)
    }

    /// Destroys a key that is not the current one. What is still wrapped by it, backups included, opens no more.
    public static func removeKey(_ id: String, at path: String) throws(KeyVaultError) -> KeyFile {
        let file = try load(path)
        guard id != file.current else { throw KeyVaultError(.keyFile, "\(path): `\(id)` is the current key") }
        guard file.key(id) != nil else { throw KeyVaultError(.keyFile, "\(path): has no key `\(id)`") }
        return try replace(KeyFile(current: file.current, keys: file.keys.filter { $0.id != id }), at: path)
    }

    /// Reads the file. Nobody but its owner may have any right to it, and the owner is this process's user or root.
    static func load(_ path: String) throws(KeyVaultError) -> KeyFile {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(path, "cannot be read") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(path, "cannot be read") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw KeyVaultError(.keyFile, "\(path): is not a regular file")
        }
        guard status.st_mode & 0o177 == 0 else {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw KeyVaultError(.keyFile, "\(path): has mode 0\(mode); only its owner may have rights (chmod 600)")
        }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw KeyVaultError(.keyFile, "\(path): belongs to another user")
        }
        var bytes = [UInt8](repeating: 0, count: mostBytes + 1)
        defer { wipe(&bytes) }
        var length = 0
        while length < bytes.count {
            let room = bytes.count - length
            let count = bytes.withUnsafeMutableBytes { buffer in
                read(descriptor, buffer.baseAddress?.advanced(by: length), room)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure(path, "cannot be read") }
            if count == 0 { break }
            length += count
        }
        guard length <= mostBytes else { throw KeyVaultError(.keyFile, "\(path): is longer than \(mostBytes) bytes") }
        return try parse(Array(bytes[..<length]), path: path)
    }

    private static func replace(_ file: KeyFile, at path: String) throws(KeyVaultError) -> KeyFile {
        let temporary = "\(path).\(getpid()).new"
        try write(file, to: temporary, options: O_WRONLY | O_CREAT | O_EXCL)
        guard rename(temporary, path) == 0 else {
            let error = failure(path, "cannot be replaced")
            unlink(temporary)
            throw error
        }
        try syncDirectory(of: path)
        return file
    }

    private static func write(_ file: KeyFile, to path: String, options: Int32) throws(KeyVaultError) {
        let descriptor = Glibc.open(path, options | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw errno == EEXIST
                ? KeyVaultError(.keyFile, "\(path): exists already") : failure(path, "cannot be made")
        }
        defer { close(descriptor) }
        var bytes = file.serialized()
        defer { wipe(&bytes) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw abandon(path, "cannot be written") }
            written += count
        }
        guard fchmod(descriptor, 0o600) == 0, fsync(descriptor) == 0 else { throw abandon(path, "cannot be written") }
        try syncDirectory(of: path)
    }

    private static func abandon(_ path: String, _ what: String) -> KeyVaultError {
        let error = failure(path, what)
        unlink(path)
        return error
    }

    /// A new name is durable only once its directory is.
    private static func syncDirectory(of path: String) throws(KeyVaultError) {
        let directory = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(directory, "cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(directory, "cannot be written") }
    }

    private static func failure(_ path: String, _ what: String) -> KeyVaultError {
        let reason = String(cString: strerror(errno))
        return KeyVaultError(.keyFile, "\(path): \(what): \(reason.prefix(1).lowercased() + reason.dropFirst())")
    }
}
