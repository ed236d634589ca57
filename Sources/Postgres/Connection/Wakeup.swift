import CLibPQ
import Glibc

/// Wakes a connection's thread out of `poll`: an eventfd.
final class Wakeup: Sendable {
    /// The descriptor to poll for reading.
    let descriptor: Int32

    init() throws {
        descriptor = bailiwick_wakeup()
        guard descriptor >= 0 else {
            throw PostgresError(.insufficientResources, "no file descriptor for another database connection")
        }
    }

    deinit { close(descriptor) }

    /// Makes the descriptor readable. Safe from any thread.
    func signal() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, 8)
    }

    /// Makes the descriptor unreadable again.
    func clear() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
    }
}
