import PolicyCore
import SQLQuery

/// A plan as a store applies it: the predicate for the rows and, for each field class, whether its fields may be read
/// and written, which may differ by row.
struct RowGate: Sendable {
    /// Over which of the gate's rows something holds.
    enum Reach: Sendable, Hashable {
        case every
        case none
        /// Where the predicate is true, evaluated in the statement.
        case some(SQL)

        init(_ filter: Filter, _ render: (Filter) throws -> SQL) rethrows {
            self =
                switch filter {
                case .all: .every
                case .none: .none
                default: .some(try render(filter))
                }
        }

        /// The predicate for a WHERE, which takes unknown for false.
        var predicate: SQL {
            switch self {
            case .every: "true"
            case .none: "false"
            case .some(let sql): "(\(sql))"
            }
        }

        /// The predicate for a SELECT list; unknown is false.
        var flag: SQL {
            switch self {
            case .every, .none: predicate
            case .some(let sql): "coalesce((\(sql)), false)"
            }
        }
    }

    /// The plan that it stands for.
    let plan: Plan
    /// Which rows; never left out of a statement.
    let rows: Reach
    private let reads: [Reach]
    private let writes: [Reach]
    private let classByField: [String: Int]

    /// Renders a plan's filters once; `render` turns one of them into SQL over the store's row.
    init(_ plan: Plan, render: (Filter) throws -> SQL) rethrows {
        self.plan = plan
        rows = try Reach(plan.rows, render)
        reads = try plan.classes.map { try Reach($0.read, render) }
        writes = try plan.classes.map { try Reach($0.write, render) }
        var classes: [String: Int] = [:]
        for (index, each) in plan.classes.enumerated() {
            for field in each.fieldClass.fields { classes[field] = index }
        }
        classByField = classes
    }

    /// The class of a field; nil for a field in no class, which nobody reads or writes.
    func classIndex(of field: String) -> Int? { classByField[field] }

    /// Over which rows a field may be read.
    func reading(of field: String) -> Reach { classByField[field].map { reads[$0] } ?? .none }

    /// Over which rows a field may be written.
    func writing(of field: String) -> Reach { classByField[field].map { writes[$0] } ?? .none }

    /// Whether a read of the field must be on record before it leaves.
    func isSensitive(_ field: String) -> Bool {
        classByField[field].map { plan.classes[$0].fieldClass.isSensitive } ?? true
    }

    /// One boolean a class, for a column of the statement.
    var readableClasses: SQL { Self.flags(reads) }

    /// One boolean a class, for a column of the statement.
    var writableClasses: SQL { Self.flags(writes) }

    private static func flags(_ reaches: [Reach]) -> SQL {
        let joined = SQL.joined(reaches.map(\.flag), separator: ", ")
        return "ARRAY[\(joined)]::boolean[]"
    }
}
