public import PolicyCore
public import SQLQuery
public import WireFormat

/// How an enforcing service stores what a policy talks about.
///
/// Policies know attributes, never tables or columns; this is the only place where the two meet.
public struct AttributeMap: Sendable {
    /// A column with the type that values must have to be compared with it.
    public struct Column: Sendable {
        /// The column, qualified as the service's statement needs it: `e.country`.
        public let sql: SQL
        /// Its type.
        public let type: ColumnType

        /// Creates a column.
        public init(_ sql: SQL, _ type: ColumnType) {
            self.sql = sql
            self.type = type
        }
    }

    /// The types that can be compared.
    public enum ColumnType: Sendable, Hashable {
        /// `text`, under a deterministic collation.
        case text
        /// `smallint`, `integer` or `bigint`.
        case integer
        /// `boolean`.
        case bool
        /// `uuid`.
        case uuid
        /// `date`.
        case day
        /// `timestamptz`.
        case instant
    }

    let columns: [String: Column]
    let about: (@Sendable (UUIDv7) -> SQL)?
    let inChain: (@Sendable (UUIDv7, ChainDepth) -> SQL)?

    /// Creates a map.
    /// - Parameters:
    ///   - columns: The column of each attribute that policies may filter by. One that is missing here cannot be
    ///     filtered by: rendering fails.
    ///   - about: A predicate that holds for records about this person, and is `NULL` where it is not known whom a
    ///     record is about.
    ///   - inChain: A predicate that holds where this person stands in the manager chain of the one that a record is
    ///     about, nearest only for `direct`, and is `NULL` where the chain is not known.
    public init(
        _ columns: [String: Column], about: (@Sendable (UUIDv7) -> SQL)? = nil,
        inChain: (@Sendable (UUIDv7, ChainDepth) -> SQL)? = nil
    ) {
        self.columns = columns
        self.about = about
        self.inChain = inChain
    }
}
