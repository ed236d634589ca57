import Foundation
import WireFormat

/// A password as somebody typed it, in Unicode's normal form C, so that two keyboards that compose `é` differently type
/// the same one (NIST SP 800-63B-4 §3.1.1.2). It never prints itself.
struct Password: Sendable, CustomStringConvertible {
    /// bcrypt reads 72 bytes and silently ignores the rest, so that a longer password would be a shorter one.
    static let mostPlainBytes = 72
    /// With a pepper any length will do; this bounds the work of normalising and of the meter.
    static let mostBytes = 1024

    /// Why a text cannot be a password.
    enum Refusal: Error, Sendable, Hashable {
        case tooLong(mostBytes: Int)
        case containsNUL

        /// What a person who sets one reads.
        var detail: String {
            switch self {
            case .tooLong(let most): "must be at most \(most) bytes of UTF-8; nothing is cut off silently"
            case .containsNUL: "must not contain the character NUL"
            }
        }
    }

    private let secret: Redacted<[UInt8]>

    /// Takes `text` whole or not at all.
    init(_ text: String) throws(Refusal) {
        // Before the normalisation, which costs time by length; composing makes few texts longer, and they are measured
        // again.
        guard text.utf8.count <= Self.mostBytes else { throw .tooLong(mostBytes: Self.mostBytes) }
        let bytes = Array(text.precomposedStringWithCanonicalMapping.utf8)
        guard bytes.count <= Self.mostBytes else { throw .tooLong(mostBytes: Self.mostBytes) }
        guard !bytes.contains(0) else { throw .containsNUL }
        secret = Redacted(bytes)
    }

    /// Its UTF-8.
    var bytes: [UInt8] { secret.reveal() }

    /// Its text, in normal form C.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Whether bcrypt alone takes it whole.
    var fitsBcrypt: Bool { bytes.count <= Self.mostPlainBytes }

    var description: String { "‹redacted›" }
}
