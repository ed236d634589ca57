/// A strong entity tag (RFC 9110 §8.8.3) of the representation that one caller sees.
public struct ETag: Sendable, Hashable, CustomStringConvertible {
    /// The tag without its quotes.
    public let opaque: String

    /// A tag of letters, digits, `-`, `_`, `.` and `:`, at most 128 of them; the caller makes it from version and view.
    public init?(_ opaque: String) {
        guard (1...128).contains(opaque.utf8.count), opaque.utf8.allSatisfy(Self.isTagByte) else { return nil }
        self.opaque = opaque
    }

    /// The tag of a row's version.
    public init(version: Int64) {
        self.opaque = "v" + String(version)
    }

    /// The version, when the tag was made of nothing else.
    public var version: Int64? {
        guard opaque.first == "v", let version = Int64(opaque.dropFirst()), "v\(version)" == opaque else { return nil }
        return version
    }

    /// As it stands in `ETag` and `If-Match`.
    public var header: String { "\"" + opaque + "\"" }

    /// The same as ``header``.
    public var description: String { header }

    /// Reads one strong tag. Weak tags, lists and `*` are not taken: a change is made to the one version that was seen.
    package init?(header: String) {
        guard header.utf8.count >= 3, header.first == "\"", header.last == "\"" else { return nil }
        self.init(String(header.dropFirst().dropLast()))
    }

    private static func isTagByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: ":"):
            return true
        default:
            return false
        }
    }
}
