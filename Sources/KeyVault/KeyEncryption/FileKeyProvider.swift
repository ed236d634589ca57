import Synchronization
import WireFormat

/// Key-encryption keys from a `KeyFile`. A key that another process has added since is found by reading the file again.
public final class FileKeyProvider: KeyEncryptionKeyProvider {
    private let path: String
    private let file: Mutex<KeyFile>

    /// Reads the file.
    ///
    /// - Throws: `KeyVaultError` with `keyFile` when it is missing, when anybody but its owner may read it, or when it is
    ///   not what it should be.
    public init(path: String) throws(KeyVaultError) {
        self.path = path
        file = Mutex(try KeyFile.load(path))
    }

    /// The id of the key that wraps, as the file was last read.
    public func currentKeyID() async throws -> String {
        file.withLock { $0.current }
    }

    /// Reads the file again: after a key was added or removed.
    public func reload() throws(KeyVaultError) {
        let fresh = try KeyFile.load(path)
        file.withLock { $0 = fresh }
    }

    /// Wraps `key` with the current key.
    public func wrap(_ key: DataKey, _ context: KeyWrapContext) async throws -> WrappedDataKey {
        let current = file.withLock { $0 }
        guard let encryptionKey = current.key(current.current) else { throw missing(current.current) }
        let reference = KeyReference.keyEncryption(id: current.current)
        let envelope = try key.withBytes { bytes throws(KeyVaultError) in
            try Envelope.seal(bytes, under: encryptionKey, reference, at: context.place)
        }
        return WrappedDataKey(keyID: current.current, bytes: envelope)
    }

    /// Unwraps with the key that wrapped.
    public func unwrap(_ wrapped: WrappedDataKey, _ context: KeyWrapContext) async throws -> DataKey {
        guard let encryptionKey = try key(wrapped.keyID) else { throw missing(wrapped.keyID) }
        guard try Envelope.reference(of: wrapped.bytes) == .keyEncryption(id: wrapped.keyID) else {
            throw KeyVaultError(.notAuthentic, "the wrapped key names another key-encryption key")
        }
        var bytes = try Envelope.open(wrapped.bytes, under: encryptionKey, at: context.place)
        guard let key = DataKey(consuming: &bytes) else {
            throw KeyVaultError(.malformed, "the wrapped key is no key")
        }
        return key
    }

    private func key(_ id: String) throws(KeyVaultError) -> DataKey? {
        if let known = file.withLock({ $0.key(id) }) { return known }
        try reload()
        return file.withLock { $0.key(id) }
    }

    private func missing(_ id: String) -> KeyVaultError {
        KeyVaultError(.keyEncryptionKeyMissing, "\(path): has no key `\(id)`")
    }
}
