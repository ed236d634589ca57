import Synchronization

/// The first value that it was given.
final class Remembered: Sendable {
    private let value = Mutex<String?>(nil)

    func first(_ candidate: String) -> String {
        value.withLock { value in
            if value == nil { value = candidate }
            return value ?? candidate
        }
    }
}
