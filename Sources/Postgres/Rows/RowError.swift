/// A row could not be read as asked. Names the column, never its value.
public struct RowError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure. A struct, so that another kind breaks no caller.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A stable word.
        public let description: String

        private init(_ description: String) { self.description = description }

        /// The result has no such column.
        public static let missingColumn = Code("missing-column")
        /// The column is null and the type is not optional.
        public static let unexpectedNull = Code("unexpected-null")
        /// The column's PostgreSQL type cannot be read as this Swift type.
        public static let wrongType = Code("wrong-type")
        /// The type fits but the value does not: out of range, not a version 7 UUID.
        public static let invalidValue = Code("invalid-value")
    }

    /// What went wrong.
    public let code: Code
    /// The column's name.
    public let column: String
    /// One line for a person.
    public let description: String

    init(_ code: Code, column: String, _ detail: String) {
        self.code = code
        self.column = column
        self.description = "column `\(column)`: \(detail)"
    }
}
