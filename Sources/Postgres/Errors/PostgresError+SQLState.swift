/// SQLSTATE to code: https://www.postgresql.org/docs/15/errcodes-appendix.html.
extension PostgresError.Code {
    init(sqlState: String) {
        self = Self.exact[sqlState] ?? Self.classes[String(sqlState.prefix(2))] ?? .other
    }

    private static let exact: [String: Self] = [
        "23505": .uniqueViolation,
        "23503": .foreignKeyViolation,
        "23514": .checkViolation,
        "23502": .notNullViolation,
        "23P01": .exclusionViolation,
        "40001": .serializationFailure,
        "40P01": .deadlock,
        "55P03": .lockNotAvailable,
        "42501": .insufficientPrivilege,
        "25006": .insufficientPrivilege,
        "25P02": .transactionAborted,
        "25P03": .idleTransactionTimeout,
        "57014": .canceled,
        "57P01": .connectionLost,
        "57P02": .connectionLost,
        "57P03": .unavailable,
        "57P05": .connectionLost,
        "53300": .unavailable,
        "3D000": .databaseMissing,
        "P0001": .raised,
    ]

    private static let classes: [String: Self] = [
        "08": .connectionLost,
        "22": .invalidValue,
        "23": .integrityViolation,
        "28": .authenticationFailed,
        "40": .serializationFailure,
        "42": .invalidStatement,
        "53": .insufficientResources,
        "58": .insufficientResources,
    ]
}

extension PostgresError {
    /// Classes whose primary message names objects of the schema and never the data: the others (22 above all, which
    /// quotes the value that it cannot read) are told in our own words.
    private static let speakingClasses: Set<String> = [
        "08", "0A", "23", "25", "26", "28", "2B", "3D", "3F", "40", "42", "53", "54", "55", "57", "58", "P0",
    ]

    /// From what the server said.
    init(
        sqlState: String, serverMessage: String, constraint: String?, table: String?, column: String?, position: Int?,
        ranOut: Bool
    ) {
        var code = Code(sqlState: sqlState)
        // 57014 is a request to stop or the limit; a server may speak another language than English.
        if code == .canceled, ranOut || serverMessage.contains("statement timeout") { code = .statementTimeout }
        let speaks = Self.speakingClasses.contains(String(sqlState.prefix(2)))
        let text = speaks ? serverMessage : "the server refused the statement's data"
        self.init(
            code, text, sqlState: sqlState, constraint: constraint, table: table, column: column, position: position)
    }
}
