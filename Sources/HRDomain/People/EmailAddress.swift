/// An e-mail address, checked for shape only; whether it reaches anybody is found out by writing to it.
public struct EmailAddress: Hashable, Sendable {
    /// As given, with the domain in lower case.
    public let text: String

    /// RFC 5321 §4.5.3.1: a path holds 256 octets with its brackets, a local part 64.
    public static let lengthLimit = 254
    /// See `lengthLimit`.
    static let localPartLimit = 64

    /// Fails unless `text` is `local@domain` with a dotted domain, without blanks, controls or quoted parts.
    public init?(_ text: String) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard text.utf8.count <= EmailAddress.lengthLimit, parts.count == 2,
            (1...EmailAddress.localPartLimit).contains(parts[0].utf8.count),
            !parts[0].hasPrefix("."), !parts[0].hasSuffix("."), !parts[0].contains(".."),
            parts[0].unicodeScalars.allSatisfy({
                $0.value > 0x20 && $0.value != 0x7F && !"\"(),:;<>[]\\".contains(Character($0))
            })
        else { return nil }
        let labels = parts[1].lowercased().split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2,
            labels.allSatisfy({ label in
                (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.utf8.allSatisfy { $0.isASCIILetterOrDigit || $0 == UInt8(ascii: "-") || $0 >= 0x80 }
            })
        else { return nil }
        self.text = parts[0] + "@" + labels.joined(separator: ".")
    }

    /// Unchecked, for placeholders that never escape.
    init(placeholder text: String) { self.text = text }

    /// The form that a keyed index compares: two spellings of one mailbox meet.
    public var comparable: String { text.lowercased() }
}
