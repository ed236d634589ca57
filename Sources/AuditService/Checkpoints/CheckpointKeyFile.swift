import AuditCore
import Foundation
import Glibc

/// Reads the key that signs checkpoints.
enum CheckpointKeyFile {
    /// Why the key is not taken, in one clear line.
    struct Refusal: Error, Sendable, CustomStringConvertible {
        let description: String
    }

    /// The file's mode must be 0600 or less: whoever reads the key can sign another history.
    static func read(_ path: String) throws(Refusal) -> CheckpointKey {
        var status = stat()
        guard stat(path, &status) == 0, let data = FileManager.default.contents(atPath: path) else {
            throw Refusal(description: "\(path): the checkpoint key cannot be read; `bailiwick keys` makes one")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw Refusal(description: "\(path): others may read the checkpoint key; set its mode to 0600")
        }
        do {
            return try CheckpointKey(privateFile: Array(data))
        } catch {
            throw Refusal(description: "\(path): \(error)")
        }
    }
}
