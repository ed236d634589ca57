/// One row of a result. Values are decoded when they are asked for.
public struct Row: Sendable {
    private let results: ResultSet
    private let index: Int

    init(set: ResultSet, index: Int) {
        self.results = set
        self.index = index
    }

    /// The columns' names, in the order of the statement.
    public var columns: [String] { results.columns }

    /// The value of the first column of this name. Null is an error unless `T` is optional.
    public func get<T: SQLDecodable>(_ column: String, as type: T.Type = T.self) throws(RowError) -> T {
        guard let number = results.columns.firstIndex(of: column) else {
            throw RowError(.missingColumn, column: column, "the result has no such column")
        }
        return try results.read(type, row: index, column: number)
    }

    /// The value of the column at this place, from 0.
    public func get<T: SQLDecodable>(at number: Int, as type: T.Type = T.self) throws(RowError) -> T {
        guard results.columns.indices.contains(number) else {
            throw RowError(.missingColumn, column: "\(number)", "the result has no such column")
        }
        return try results.read(type, row: index, column: number)
    }
}
