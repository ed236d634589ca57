import Crypto
public import WireFormat

/// A SHA-256 digest in the tree: a leaf hash, a node hash, a root or an event's commitment. 32 bytes held inline, so
/// that a walk over millions of leaves allocates nothing.
public struct TreeHash: Sendable, Hashable {
    /// Bytes in a SHA-256 digest.
    public static let byteCount = 32

    private let words: SIMD4<UInt64>

    /// The digest with these 32 bytes; nil when there are more or fewer.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var words = SIMD4<UInt64>()
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
        self.words = words
    }

    /// The digest written as 64 lower-case hexadecimal digits; nil for anything else.
    public init?(hex: String) {
        guard hex.utf8.count == 2 * Self.byteCount, let bytes = Hex.decode(hex) else { return nil }
        self.init(bytes: bytes)
    }

    init(_ digest: SHA256Digest) {
        var words = SIMD4<UInt64>()
        withUnsafeMutableBytes(of: &words) { target in
            digest.withUnsafeBytes { target.copyMemory(from: $0) }
        }
        self.words = words
    }

    /// The 32 bytes.
    public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

    /// The digest as 64 lower-case hexadecimal digits.
    public var hex: String { Hex.encode(bytes) }

    /// Calls `body` with the 32 bytes, without copying them.
    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try Swift.withUnsafeBytes(of: words, body)
    }
}

extension TreeHash: CustomStringConvertible {
    /// The digest in hexadecimal.
    public var description: String { hex }
}

extension TreeHash: WireValue {
    /// Stands for a digest that could not be read; never leaves a decoder.
    public static var placeholder: TreeHash { MerkleHashing.emptyRoot }

    /// Reads 64 lower-case hexadecimal digits.
    public init(wire: JSONValue) throws(WireValueError) {
        let text = try String(wire: wire)
        guard let hash = TreeHash(hex: text), hash.hex == text else {
            throw WireValueError("not a SHA-256 digest in lower-case hexadecimal")
        }
        self = hash
    }
}
