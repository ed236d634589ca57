import Glibc
import Synchronization

/// Whole lines to a descriptor, one at a time, from any task.
final class LineOutput: Sendable {
    private let descriptor: Int32
    private let turn = Mutex(())

    /// Lines to `descriptor`, standard output unless told.
    init(descriptor: Int32 = STDOUT_FILENO) { self.descriptor = descriptor }

    /// Lines at the end of a file, which is made when missing and kept open.
    init(appendingTo path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure("cannot write `\(path)`: \(String(cString: strerror(errno)))")
        }
    }

    /// Writes one line; output that nobody reads any more is dropped.
    func write(_ line: some StringProtocol) {
        let bytes = Array((line + "\n").utf8)
        turn.withLock { _ in
            var written = 0
            while written < bytes.count {
                let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                guard count > 0 else { return }
                written += count
            }
        }
    }
}
