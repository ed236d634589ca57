import HRDomain
import SQLQuery
import WireFormat

/// What a list or a search asks for.
struct EmployeeListing: Sendable {
    /// By what a list may be ordered: fields with an index, and the id, which every order ends with.
    enum Order: String, Sendable, CaseIterable {
        case id
        case familyName = "family_name"
        case employeeNumber = "employee_number"
        case hiredOn = "hired_on"

        /// The field whose class the order needs; an id is no secret to who sees the record.
        var field: EmployeeField? {
            switch self {
            case .id: nil
            case .familyName: .familyName
            case .employeeNumber: .employeeNumber
            case .hiredOn: .hiredOn
            }
        }

        /// The further field that the order shows.
        var secondField: EmployeeField? { self == .familyName ? .givenName : nil }

        /// What is compared before the id; nil when the id is all.
        var key: SQL? {
            switch self {
            case .id: nil
            case .familyName: "e.name_key"
            case .employeeNumber: "e.employee_number"
            case .hiredOn: "e.hired_on"
            }
        }

        /// A key of a cursor as its column takes it; nil when it is none.
        func bound(_ key: String) -> SQLValue? {
            switch self {
            case .id: .null
            case .familyName, .employeeNumber: .text(key)
            case .hiredOn: Day(key).map(SQLValue.day)
            }
        }
    }

    /// Whether people still work here.
    enum Status: String, Sendable, CaseIterable {
        case active
        case left
    }

    var order: Order = .id
    var isDescending = false
    var department: UUIDv7?
    var manager: UUIDv7?
    var country: Country?
    var status: Status?
    /// What to search for; nil for a list.
    var terms: [SearchTerm]?
    var limit: Int
    /// The order's key and the id of the last item of the page before.
    var after: (key: String, id: UUIDv7)?

    /// What a cursor is bound to: everything but the position and the length of a page.
    var fingerprint: String {
        let parts: [String] = [
            order.rawValue, isDescending ? "desc" : "asc", department?.text ?? "", manager?.text ?? "",
            country?.code ?? "", status?.rawValue ?? "", String(describing: terms),
        ]
        return parts.map { "\($0.utf8.count):\($0)" }.joined()
    }

    /// The fields by which the listing filters or orders: each adds its own class's filter.
    var fieldsUsed: [EmployeeField] {
        var fields: [EmployeeField] = []
        if let field = order.field { fields.append(field) }
        if let field = order.secondField { fields.append(field) }
        if department != nil { fields.append(.departmentID) }
        if manager != nil { fields.append(.managerID) }
        if country != nil { fields.append(.country) }
        if status != nil { fields.append(.terminatedOn) }
        return fields
    }
}
