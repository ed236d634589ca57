import HRDomain
import KeyVault
import Postgres
import SQLQuery
import WireFormat

/// The SELECTs over employees. Read, list, search and update share one: the plan's predicate, the tenant, and for each
/// field class a boolean evaluated row by row.
struct EmployeeStore: Sendable {
    /// Whose rows.
    let tenant: TenantID
    /// The instant of the request: reporting lines and leavers are as of it.
    let instant: Instant

    /// The rows that a gate lets through, narrowed by `condition`; `tail` orders and bounds them.
    ///
    /// - Parameter change: the gate of an action that wants to change the rows; it is evaluated beside the first.
    func select(
        _ gate: RowGate, change: RowGate? = nil, where condition: SQL, sortKey: SQL? = nil, tail: SQL = ""
    ) -> SQL {
        var columns: [SQL] = ["e.id", "e.version", "k.wrapped AS person_key", "\(gate.readableClasses) AS readable"]
        if let change {
            columns.append("\(change.writableClasses) AS writable")
            columns.append("\(change.rows.flag) AS changeable")
        } else {
            columns.append("NULL::boolean[] AS writable")
            columns.append("NULL::boolean AS changeable")
        }
        columns.append(sortKey.map { "\($0) AS sort_key" } ?? "NULL::text AS sort_key")
        for field in fetched(gate, change) {
            columns.append(EmployeeColumns.selected(field, asOf: instant))
        }
        let list = SQL.joined(columns, separator: ", ")
        return """
            SELECT \(list)
              FROM employee e LEFT JOIN person_key k ON k.tenant = e.tenant AND k.person = e.id
             WHERE e.tenant = \(tenant) AND \(gate.rows.predicate) AND \(condition)
            \(tail)
            """
    }

    /// The fields worth fetching: what no row lets the caller read stays in the database.
    private func fetched(_ gate: RowGate, _ change: RowGate?) -> [EmployeeField] {
        EmployeeField.allCases.filter { field in
            guard field != .id else { return false }
            return change != nil || gate.reading(of: field.name) != .none
        }
    }

    /// The columns before the fields in `select`.
    private static let fixedColumns = 7

    /// Reads a row of `select`.
    func record(_ row: Row, _ gate: RowGate, change: RowGate? = nil) throws -> EmployeeRecord {
        try Self.record(row, fetched(gate, change))
    }

    private static func record(_ row: Row, _ fields: [EmployeeField]) throws -> EmployeeRecord {
        var plain = EmployeeValues()
        var sealed: [EmployeeField: Sealed<JSONValue>] = [:]
        sealed.reserveCapacity(EmployeeSeal.columns.count)
        for (index, field) in fields.enumerated() {
            if field.storage == .sealed {
                sealed[field] = try row.get(at: fixedColumns + index, as: Sealed<JSONValue>?.self)
            } else {
                let text = try row.get(at: fixedColumns + index, as: String?.self)
                plain[field] = JSONValue(text)
            }
        }
        return EmployeeRecord(
            id: try row.get(at: 0), version: try row.get(at: 1), plain: plain, sealed: sealed,
            key: try row.get(at: 2, as: WrappedPersonKey?.self), readable: try row.get(at: 3),
            writable: try row.get(at: 4, as: [Bool]?.self) ?? [],
            isChangeable: try row.get(at: 5, as: Bool?.self) ?? false, sortKey: try row.get(at: 6, as: String?.self))
    }

    /// One employee by id.
    func one(_ id: UUIDv7, _ gate: RowGate, change: RowGate? = nil) -> SQL {
        select(gate, change: change, where: "e.id = \(id)")
    }

    /// A page of a list or of a search, and one row more, which tells whether there is another page.
    func page(_ listing: EmployeeListing, _ gate: RowGate) -> SQL? {
        var conditions: [SQL] = listing.fieldsUsed.map { gate.reading(of: $0.name).predicate }
        if let department = listing.department { conditions.append("e.department_id = \(department)") }
        if let country = listing.country { conditions.append("e.country = \(country.code)") }
        if let manager = listing.manager {
            conditions.append("\(ReportingLineStore.manager(asOf: instant)) = \(manager)")
        }
        switch listing.status {
        case .active: conditions.append("(e.terminated_on IS NULL OR e.terminated_on > \(Day(instant)))")
        case .left: conditions.append("e.terminated_on <= \(Day(instant))")
        case nil: break
        }
        for term in listing.terms ?? [] { conditions.append(matches(term, gate)) }
        if let after = listing.after {
            guard let key = listing.order.bound(after.key) else { return nil }
            conditions.append(beyond(listing, key, after.id))
        }
        if conditions.isEmpty { conditions.append("true") }
        return select(
            gate, where: SQL.joined(conditions, separator: " AND "), sortKey: listing.order.key,
            tail: "ORDER BY \(order(listing)) LIMIT \(listing.limit + 1)")
    }

    /// A word of a field that the caller may read. The first condition is what an index serves; the second adds each
    /// field's class, so that a match in a withheld field does not tell what stands in it.
    private func matches(_ term: SearchTerm, _ gate: RowGate) -> SQL {
        let word: SQL =
            switch term {
            case .word(let text): "w.word = \(text)"
            case .prefix(let text): "starts_with(w.word, \(text))"
            }
        var fieldsByClass: [Int: [EmployeeField]] = [:]
        for field in EmployeeField.searchable {
            if let index = gate.classIndex(of: field.name) { fieldsByClass[index, default: []].append(field) }
        }
        let ways: [SQL] = fieldsByClass.keys.sorted().compactMap { index in
            guard let fields = fieldsByClass[index], let first = fields.first else { return nil }
            let reach = gate.reading(of: first.name)
            if reach == .none { return nil }
            return """
                (\(reach.predicate) AND e.id IN (
                    SELECT w.employee_id FROM employee_word w
                     WHERE w.tenant = \(tenant) AND \(word) AND w.field = ANY (\(fields.map(\.name))::text[])))
                """
        }
        return ways.isEmpty ? "false" : "(\(SQL.joined(ways, separator: " OR ")))"
    }

    private func beyond(_ listing: EmployeeListing, _ key: SQLValue, _ id: UUIDv7) -> SQL {
        switch (listing.order.key, listing.isDescending) {
        case (nil, false): "e.id > \(id)"
        case (nil, true): "e.id < \(id)"
        case (let column?, false): "(\(column), e.id) > (\(key), \(id))"
        case (let column?, true): "(\(column), e.id) < (\(key), \(id))"
        }
    }

    private func order(_ listing: EmployeeListing) -> SQL {
        switch (listing.order.key, listing.isDescending) {
        case (nil, false): "e.id"
        case (nil, true): "e.id DESC"
        case (let column?, false): "\(column), e.id"
        case (let column?, true): "\(column) DESC, e.id DESC"
        }
    }

    /// Whole records by employee number, for an import: it compares them with the file, and shows nothing of them.
    func whole(_ numbers: [String]) -> SQL {
        let columns = Self.wholeFields.map { EmployeeColumns.selected($0, asOf: instant) }
        return """
            SELECT e.id, e.version, k.wrapped AS person_key, '{}'::boolean[] AS readable, NULL::boolean[] AS writable,
                   NULL::boolean AS changeable, NULL::text AS sort_key, \(SQL.joined(columns, separator: ", "))
              FROM employee e LEFT JOIN person_key k ON k.tenant = e.tenant AND k.person = e.id
             WHERE e.tenant = \(tenant) AND e.employee_number = ANY (\(numbers)::text[])
            """
    }

    /// Reads a row of `whole`.
    func whole(_ row: Row) throws -> EmployeeRecord { try Self.record(row, Self.wholeFields) }

    private static let wholeFields = EmployeeField.allCases.filter { $0 != .id }

    /// Everybody of the tenant with number and manager, for an import.
    var everybody: SQL {
        """
        SELECT e.id, e.employee_number, e.terminated_on, \(ReportingLineStore.manager(asOf: instant)) AS manager_id
          FROM employee e WHERE e.tenant = \(tenant)
        """
    }

    /// The facts of one record for a check, whatever the caller may see of it: nothing of it leaves the service.
    func facts(of id: UUIDv7) -> SQL {
        let columns = EmployeeField.allCases.filter { $0.storage == .plain && $0 != .id }
            .compactMap { EmployeeColumns.columns[$0] }
        return """
            SELECT \(ReportingLineStore.chainArray(tenant: tenant, asOf: instant)) AS manager_chain,
                   \(ReportingLineStore.manager(asOf: instant)) AS manager_id,
                   \(SQL.joined(columns, separator: ", "))
              FROM employee e WHERE e.tenant = \(tenant) AND e.id = \(id)
            """
    }
}
