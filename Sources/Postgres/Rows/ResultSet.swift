import CLibPQ

/// A result of libpq, freed with its last row.
///
/// INVARIANT: `@unchecked Sendable` because a `PGresult` is written only while libpq builds it; after `PQgetResult` has
/// handed it over nobody changes it, and the functions called here only read ("libpq, Threading: PGresult objects are
/// normally read-only after creation, and so can be passed around freely between threads").
final class ResultSet: @unchecked Sendable {
    private let result: OpaquePointer
    /// The columns' names, in order.
    let columns: [String]
    let rowCount: Int

    /// Takes over the result.
    init(_ result: OpaquePointer) {
        self.result = result
        self.rowCount = Int(PQntuples(result))
        self.columns = (0..<PQnfields(result)).map { PQfname(result, $0).map { String(cString: $0) } ?? "" }
    }

    deinit { PQclear(result) }

    /// How many rows the statement changed or returned.
    var affectedRows: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

    /// The word of the command: `COMMIT`, `ROLLBACK`, `INSERT 0 1`.
    var command: String { String(cString: PQcmdStatus(result)) }

    var rows: [Row] { (0..<rowCount).map { Row(set: self, index: $0) } }

    func read<T: SQLDecodable>(_ type: T.Type, row: Int, column: Int) throws(RowError) -> T {
        // The cell points into the result, so the result lives until the value has been read.
        defer { withExtendedLifetime(self) {} }
        let (row, number) = (Int32(row), Int32(column))
        guard PQgetisnull(result, row, number) == 0 else {
            guard let value = T.readFromNull else {
                throw RowError(.unexpectedNull, column: columns[column], "is null")
            }
            return value
        }
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(result, row, number), count: Int(PQgetlength(result, row, number)))
        let oid = TypeOID(rawValue: PQftype(result, number))
        return try T(cell: SQLCell(column: columns[column], type: oid, bytes: bytes))
    }
}
