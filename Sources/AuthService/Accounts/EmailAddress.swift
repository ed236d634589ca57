import WireFormat

/// An e-mail address, checked for shape only: the invitation that reaches its reader proves the rest. It never prints
/// itself.
struct EmailAddress: Sendable, Hashable, WireValue, CustomStringConvertible {
    /// RFC 5321 §4.5.3.1.3 leaves 254 for an address.
    static let mostBytes = 254
    /// RFC 5321 §4.5.3.1.1.
    static let mostLocalBytes = 64

    private let address: String

    static var placeholder: EmailAddress { EmailAddress(unchecked: "nobody@invalid.example") }

    private init(unchecked: String) { address = unchecked }

    init(wire: JSONValue) throws(WireValueError) {
        guard let address = EmailAddress(try String(wire: wire)) else {
            throw WireValueError("must be an e-mail address of at most \(Self.mostBytes) bytes")
        }
        self = address
    }

    /// Nil unless `text` is `local@domain` without blanks and controls.
    init?(_ text: String) {
        guard text.utf8.count <= Self.mostBytes, let at = text.lastIndex(of: "@") else { return nil }
        let local = text[..<at]
        let domain = text[text.index(after: at)...]
        guard (1...Self.mostLocalBytes).contains(local.utf8.count), !domain.isEmpty,
            !domain.hasPrefix("."), !domain.hasSuffix("."), !domain.contains(".."),
            text.unicodeScalars.allSatisfy({
                $0.value > 0x20 && $0.value != 0x7f && !"\"(),:;<>[]\\".unicodeScalars.contains($0)
            }),
            !local.contains("@")
        else { return nil }
        address = text
    }

    /// As it was written.
    func reveal() -> String { address }

    /// The form that the keyed index is made of: two spellings of one mailbox meet.
    var comparable: String { address.lowercased() }

    var description: String { "‹redacted›" }
}
