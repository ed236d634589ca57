import Crypto
import Glibc

/// A plain 256-bit key. Opaque outside this module: it can be handed to a `KeyEncryptionKeyProvider` and nothing more.
/// Its memory is cleared by swift-crypto when the last copy goes.
public struct DataKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    static let byteCount = 32

    let symmetric: SymmetricKey

    private init(symmetric: SymmetricKey) {
        self.symmetric = symmetric
    }

    /// A new key from the system's secure generator.
    static func generate() -> DataKey { DataKey(symmetric: SymmetricKey(size: .bits256)) }

    /// Takes the key over from `bytes` and clears them; nil when they are not 32.
    init?(consuming bytes: inout [UInt8]) {
        defer { wipe(&bytes) }
        guard bytes.count == Self.byteCount else { return nil }
        symmetric = SymmetricKey(data: bytes)
    }

    /// Gives `body` a copy of the bytes that is cleared afterwards.
    func withBytes<R, E: Error>(_ body: ([UInt8]) throws(E) -> R) throws(E) -> R {
        var bytes = symmetric.withUnsafeBytes { Array($0) }
        defer { wipe(&bytes) }
        return try body(bytes)
    }

    /// Shows nothing.
    public var description: String { "‹data key›" }
    /// Shows nothing.
    public var debugDescription: String { description }
    /// Shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Overwrites `bytes` in a way that the optimiser keeps. Swift may have copied an array before; what can be cleared is
/// the buffer that this variable owns.
func wipe(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { wipe($0) }
}

/// Overwrites memory in a way that the optimiser keeps.
func wipe(_ buffer: UnsafeMutableRawBufferPointer) {
    if let base = buffer.baseAddress { explicit_bzero(base, buffer.count) }
}
