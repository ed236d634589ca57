/// A place in an expression's text, as people count it.
public struct SourcePosition: Sendable, Hashable, CustomStringConvertible {
    /// Line, from 1.
    public let line: Int
    /// Column in Unicode scalars, from 1.
    public let column: Int

    /// The place of a UTF-8 offset in `text`; an offset beyond the end is the end.
    public init(offset: Int, in text: String) {
        var line = 1
        var column = 1
        for byte in text.utf8.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.line = line
        self.column = column
    }

    public var description: String { "\(line):\(column)" }
}
