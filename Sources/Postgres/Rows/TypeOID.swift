/// The object ids of the built-in types that this module reads and writes; they are fixed in
/// https://github.com/postgres/postgres/blob/REL_15_STABLE/src/include/catalog/pg_type.dat.
struct TypeOID: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt32

    init(rawValue: UInt32) { self.rawValue = rawValue }
    private init(_ rawValue: UInt32) { self.rawValue = rawValue }

    /// The server infers the type from the context.
    static let inferred = TypeOID(0)
    static let bool = TypeOID(16)
    static let bytea = TypeOID(17)
    static let char = TypeOID(18)
    static let name = TypeOID(19)
    static let int8 = TypeOID(20)
    static let int2 = TypeOID(21)
    static let int4 = TypeOID(23)
    static let text = TypeOID(25)
    static let oid = TypeOID(26)
    static let json = TypeOID(114)
    static let float4 = TypeOID(700)
    static let float8 = TypeOID(701)
    static let unknown = TypeOID(705)
    static let byteaArray = TypeOID(1001)
    static let textArray = TypeOID(1009)
    static let int8Array = TypeOID(1016)
    static let bpchar = TypeOID(1042)
    static let varchar = TypeOID(1043)
    static let date = TypeOID(1082)
    static let timestamptz = TypeOID(1184)
    static let timestamptzArray = TypeOID(1185)
    static let numeric = TypeOID(1700)
    static let uuid = TypeOID(2950)
    static let uuidArray = TypeOID(2951)
    static let jsonb = TypeOID(3802)

    /// Types with an id above this are made by users: enumerations, domains of extensions. Their binary form is read as
    /// text only, which is right for enumerations and citext.
    static let firstOfUsers: UInt32 = 16384

    /// Whether the binary form of the type is its text.
    var isTextual: Bool {
        switch self {
        case .text, .varchar, .bpchar, .name, .char, .json, .unknown: true
        default: rawValue >= Self.firstOfUsers
        }
    }
}

/// The epoch of PostgreSQL's binary dates and times, 2000-01-01, counted from 1970-01-01.
enum PostgresEpoch {
    static let days = 10_957
    static let microseconds: Int64 = 946_684_800_000_000
}
