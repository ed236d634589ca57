/// A place in a text: line and column, both counted from 1, columns in Unicode scalars.
public struct Mark: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The line, from 1.
    public let line: Int
    /// The column, from 1, in Unicode scalars.
    public let column: Int

    /// Creates a mark.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// The first character of a text.
    public static let start = Mark(line: 1, column: 1)

    /// A later place on the same line.
    public func advanced(by columns: Int) -> Mark {
        Mark(line: line, column: column + columns)
    }

    /// `line:column`.
    public var description: String { "\(line):\(column)" }

    /// Orders by line, then column.
    public static func < (left: Mark, right: Mark) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}
