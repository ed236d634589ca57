import Glibc

/// Keeps a second program from running on the same data directory; the system lets go when we end, however we end.
struct DataDirectoryLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock.
    ///
    /// - Throws: `CommandFailure` when another program has it.
    init(_ directory: DataDirectory) throws {
        descriptor = open(directory.lockFile, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure("cannot open `\(directory.lockFile)`: \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw CommandFailure(
                "another bailiwick runs on `\(directory.path)`; name another place with --data-directory")
        }
    }

    /// Lets go.
    func release() { close(descriptor) }
}
