/// What went wrong between the program and PostgreSQL. It never holds a parameter's value: the server's message is kept
/// only for classes of error whose messages name objects and not data.
public struct PostgresError: Error, Sendable, Hashable {
    /// The kind of failure, by which callers decide.
    public let code: Code
    /// The five characters of PostgreSQL, when the server spoke.
    public let sqlState: String?
    /// One line for a person.
    public let message: String
    /// The violated constraint, when there is one.
    public let constraint: String?
    /// The table that the server named.
    public let table: String?
    /// The column that the server named.
    public let column: String?
    /// Where in the statement's text the server saw the error, in characters from 1.
    public let position: Int?

    init(
        _ code: Code, _ message: String, sqlState: String? = nil, constraint: String? = nil, table: String? = nil,
        column: String? = nil, position: Int? = nil
    ) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
        self.constraint = constraint
        self.table = table
        self.column = column
        self.position = position
    }

    /// A kind of failure. A struct, so that another kind breaks no caller.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A stable word for logs and metrics.
        public let description: String

        private init(_ description: String) { self.description = description }

        /// The URL or a parameter of the configuration cannot be used.
        public static let configuration = Code("configuration")
        /// Nobody answers, or the server is starting, stopping or full.
        public static let unavailable = Code("unavailable")
        /// The server refused the user or the password.
        public static let authenticationFailed = Code("authentication-failed")
        /// The named database does not exist.
        public static let databaseMissing = Code("database-missing")
        /// The connection broke; whether the last statement took effect is not known.
        public static let connectionLost = Code("connection-lost")
        /// All connections are in use and the queue is full, or the wait took too long.
        public static let poolExhausted = Code("pool-exhausted")
        /// The pool is closed.
        public static let poolClosed = Code("pool-closed")
        /// A unique constraint refused the row; `constraint` names it.
        public static let uniqueViolation = Code("unique-violation")
        /// A foreign key refused the row.
        public static let foreignKeyViolation = Code("foreign-key-violation")
        /// A check constraint refused the row.
        public static let checkViolation = Code("check-violation")
        /// A column must not be null.
        public static let notNullViolation = Code("not-null-violation")
        /// An exclusion constraint refused the row.
        public static let exclusionViolation = Code("exclusion-violation")
        /// Another constraint, such as one of a domain or a deferred trigger.
        public static let integrityViolation = Code("integrity-violation")
        /// Serialisation failure: the transaction may be run again.
        public static let serializationFailure = Code("serialization-failure")
        /// Deadlock: the transaction may be run again.
        public static let deadlock = Code("deadlock")
        /// A lock was not free in time.
        public static let lockNotAvailable = Code("lock-not-available")
        /// The role lacks a privilege, or row-level security refused the new row.
        public static let insufficientPrivilege = Code("insufficient-privilege")
        /// The statement ran longer than the limit of the connection.
        public static let statementTimeout = Code("statement-timeout")
        /// Somebody other than this task cancelled the statement.
        public static let canceled = Code("canceled")
        /// The transaction was idle longer than the limit and the server ended the session.
        public static let idleTransactionTimeout = Code("idle-transaction-timeout")
        /// The transaction failed earlier, so it could not be committed.
        public static let transactionAborted = Code("transaction-aborted")
        /// The transaction was used after its end.
        public static let transactionEnded = Code("transaction-ended")
        /// A bound value does not fit its type or column.
        public static let invalidValue = Code("invalid-value")
        /// The statement itself is wrong: syntax, unknown table, unknown column.
        public static let invalidStatement = Code("invalid-statement")
        /// `RAISE` in one of our own functions.
        public static let raised = Code("raised")
        /// Disk full, out of memory, too many locks.
        public static let insufficientResources = Code("insufficient-resources")
        /// Anything else; `sqlState` tells.
        public static let other = Code("other")
    }

    /// Whether running the whole transaction again may succeed and cannot repeat an effect.
    public var canRunAgain: Bool { code == .serializationFailure || code == .deadlock }

    /// Whether the database could not be reached or had no room: what a service answers with 503.
    public var isUnavailability: Bool {
        [.unavailable, .connectionLost, .poolExhausted, .poolClosed, .insufficientResources].contains(code)
    }

    /// Whether a unique constraint of this name refused the row.
    public func isUniqueViolation(of name: String) -> Bool { code == .uniqueViolation && constraint == name }
}

extension PostgresError: CustomStringConvertible {
    public var description: String {
        guard let sqlState else { return message }
        return "\(message) (SQLSTATE \(sqlState))"
    }
}
