import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Where log lines go: a file descriptor, or memory in tests.
public final class LogSink: Sendable {
    private let descriptor: Int32?
    private let kept: Mutex<[[UInt8]]>

    /// Standard error.
    public static let standardError = LogSink(descriptor: STDERR_FILENO)

    private init(descriptor: Int32?) {
        self.descriptor = descriptor
        self.kept = Mutex([])
    }

    /// A sink that keeps its lines, for tests.
    package static func inMemory() -> LogSink {
        LogSink(descriptor: nil)
    }

    /// The lines of a sink in memory.
    package var lines: [String] {
        kept.withLock { $0.map { String(decoding: $0, as: UTF8.self) } }
    }

    func write(_ line: [UInt8]) {
        // One lock, so that no two lines mix; one write, so that a reader of a pipe sees whole lines.
        kept.withLock { kept in
            guard let descriptor else {
                kept.append(line)
                return
            }
            var offset = 0
            while offset < line.count {
                let count = line.withUnsafeBytes { bytes in
                    Glibc.write(descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
                }
                if count < 0 {
                    // Nobody can be told that the log is closed; the service goes on.
                    guard errno == EINTR else { return }
                } else {
                    offset += count
                }
            }
        }
    }
}
