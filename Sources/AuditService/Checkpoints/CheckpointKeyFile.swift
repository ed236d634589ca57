import AuditCore
import ServiceKit

/// Reads the key that signs checkpoints.
enum CheckpointKeyFile {
    /// Why the key is not taken, in one clear line.
    struct Refusal: Error, Sendable, CustomStringConvertible {
        let description: String
    }

    /// The file's mode must be 0600 or less: whoever reads the key can sign another history.
    static func read(_ path: String) throws(Refusal) -> CheckpointKey {
        do {
            return try CheckpointKey(privateFile: KeyMaterialFile.read(path, isPrivate: true))
        } catch let error as KeyMaterialFileError {
            throw Refusal(description: "the checkpoint key: \(error); `bailiwick keys make` makes one")
        } catch {
            throw Refusal(description: "\(path): \(error)")
        }
    }
}
