import WireFormat

/// A password as somebody typed it, of a form that bcrypt takes whole. It never prints itself.
struct Password: Sendable, CustomStringConvertible {
    /// bcrypt reads 72 bytes and silently ignores the rest, so that a longer password would be a shorter one.
    static let mostBytes = 72
    /// NIST SP 800-63B-4 §3.1.1.2: with a second factor, which every account here has.
    static let fewestCharacters = 8

    /// Why a text cannot be a password.
    enum Refusal: Error, Sendable, Hashable {
        case tooLong
        case containsNUL

        /// What a person who sets one reads.
        var detail: String {
            switch self {
            case .tooLong: "must be at most \(Password.mostBytes) bytes of UTF-8; nothing is cut off silently"
            case .containsNUL: "must not contain the character NUL"
            }
        }
    }

    private let secret: Redacted<[UInt8]>

    /// Takes `text` whole or not at all.
    init(_ text: String) throws(Refusal) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.mostBytes else { throw .tooLong }
        guard !bytes.contains(0) else { throw .containsNUL }
        secret = Redacted(bytes)
    }

    /// Its UTF-8.
    var bytes: [UInt8] { secret.reveal() }

    var description: String { "‹redacted›" }

    /// What is wrong with `text` as a new password, or nil.
    static func complaint(about text: String) -> String? {
        guard text.count >= fewestCharacters else { return "must have at least \(fewestCharacters) characters" }
        do {
            _ = try Password(text)
            return nil
        } catch {
            return error.detail
        }
    }
}
