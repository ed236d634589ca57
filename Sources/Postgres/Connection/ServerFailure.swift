import CLibPQ

/// What the server said about a failed statement.
struct ServerFailure {
    let sqlState: String?
    private let message: String
    private let constraint: String?
    private let table: String?
    private let column: String?
    private let position: Int?
    private let function: String?

    init(_ result: OpaquePointer) {
        func field(_ code: UInt8) -> String? {
            PQresultErrorField(result, Int32(code)).map { String(cString: $0) }
        }
        // The field codes of postgres_ext.h, which are characters.
        sqlState = field(UInt8(ascii: "C"))
        message = field(UInt8(ascii: "M")) ?? ""
        constraint = field(UInt8(ascii: "n"))
        table = field(UInt8(ascii: "t"))
        column = field(UInt8(ascii: "c"))
        position = field(UInt8(ascii: "P")).flatMap { Int($0) }
        function = field(UInt8(ascii: "R"))
    }

    /// "cached plan must not change result type", or a prepared statement that is gone.
    var isStalePlan: Bool {
        sqlState == "26000" || (sqlState == "0A000" && function == "RevalidateCachedQuery")
    }

    /// As callers see it. 57014 means a limit or a request: the words tell when they are English, else the clock.
    func error(afterTimeout: Bool) -> PostgresError {
        guard let sqlState else {
            return PostgresError(.connectionLost, "the database connection was lost")
        }
        return PostgresError(
            sqlState: sqlState, serverMessage: message, constraint: constraint, table: table, column: column,
            position: position, ranOut: afterTimeout)
    }
}
