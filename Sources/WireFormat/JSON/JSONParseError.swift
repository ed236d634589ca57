/// Why a text is not the JSON we accept, and where.
public struct JSONParseError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Byte offset from the start of the text.
    public let offset: Int
    /// RFC 6901 pointer to the innermost value that was being read; empty for the whole text.
    public let pointer: String
    /// The cause, lower case, without the offending text (it may be a secret).
    public let detail: String
    /// Whether the text broke one of its `JSONLimits`, rather than the grammar.
    public let exceedsLimit: Bool

    init(offset: Int, pointer: String, detail: String, exceedsLimit: Bool = false) {
        self.offset = offset
        self.pointer = pointer
        self.detail = detail
        self.exceedsLimit = exceedsLimit
    }

    public var description: String { "\(detail) at byte \(offset)" + (pointer.isEmpty ? "" : " in \(pointer)") }
}
