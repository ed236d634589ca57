/// A migration cannot be read or run. The message is one line, `file:line: cause`.
public struct MigrationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure. A struct, so that another kind breaks no caller.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A stable word.
        public let description: String

        private init(_ description: String) { self.description = description }

        /// The folder or a file in it cannot be read, or is named wrongly.
        public static let unreadable = Code("unreadable")
        /// A migration was changed after it had been applied.
        public static let checksumChanged = Code("checksum-changed")
        /// A new migration has a lower number than one that was applied.
        public static let outOfOrder = Code("out-of-order")
        /// A migration that was applied has no file any more.
        public static let missingFile = Code("missing-file")
        /// A destructive migration waits and was not allowed by name.
        public static let destructiveNotAllowed = Code("destructive-not-allowed")
        /// A statement destroys data and the file does not say so.
        public static let destructiveNotMarked = Code("destructive-not-marked")
        /// A statement begins or ends a transaction.
        public static let transactionControl = Code("transaction-control")
        /// A statement failed; `cause` has PostgreSQL's answer.
        public static let statementFailed = Code("statement-failed")
        /// Somebody else is migrating and does not finish.
        public static let locked = Code("locked")
    }

    /// What went wrong.
    public let code: Code
    /// The file, when one is to blame.
    public let file: String?
    /// The line in it, from 1.
    public let line: Int?
    /// PostgreSQL's answer, when a statement failed.
    public let cause: PostgresError?
    private let detail: String

    init(_ code: Code, _ detail: String, file: String? = nil, line: Int? = nil, cause: PostgresError? = nil) {
        self.code = code
        self.detail = detail
        self.file = file
        self.line = line
        self.cause = cause
    }

    public var description: String {
        switch (file, line) {
        case (let file?, let line?): "\(file):\(line): \(detail)"
        case (let file?, nil): "\(file): \(detail)"
        default: detail
        }
    }
}
