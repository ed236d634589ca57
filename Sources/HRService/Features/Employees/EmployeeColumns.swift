import SQLQuery
import WireFormat

/// How fields become columns. Names of columns stand here as SQL, because nothing else can become SQL.
enum EmployeeColumns {
    /// The value of a field in a SELECT over `employee e`.
    static func selected(_ field: EmployeeField, asOf instant: Instant) -> SQL {
        switch field {
        case .managerID: ReportingLineStore.manager(asOf: instant)
        default: columns[field] ?? "null"
        }
    }

    /// The column of a field that is one.
    static let columns: [EmployeeField: SQL] = [
        .id: "e.id", .employeeNumber: "e.employee_number", .givenName: "e.given_name", .familyName: "e.family_name",
        .preferredName: "e.preferred_name", .jobTitle: "e.job_title", .departmentID: "e.department_id",
        .country: "e.country", .grade: "e.grade", .employmentType: "e.employment_type", .hiredOn: "e.hired_on",
        .terminatedOn: "e.terminated_on", .memberID: "e.member_id", .email: "e.email", .phone: "e.phone",
        .birthDate: "e.birth_date", .gender: "e.gender", .nationality: "e.nationality",
        .nationalID: "e.national_id", .bankIBAN: "e.bank_iban", .salary: "e.salary",
    ]

    /// `column = value` for the SET of an UPDATE; nil for what is not a column.
    static func assignment(_ field: EmployeeField, _ value: SQLValue) -> SQL? {
        switch field {
        case .employeeNumber: "employee_number = \(value)"
        case .givenName: "given_name = \(value)"
        case .familyName: "family_name = \(value)"
        case .preferredName: "preferred_name = \(value)"
        case .jobTitle: "job_title = \(value)"
        case .departmentID: "department_id = \(value)"
        case .country: "country = \(value)"
        case .grade: "grade = \(value)"
        case .employmentType: "employment_type = \(value)"
        case .hiredOn: "hired_on = \(value)"
        case .terminatedOn: "terminated_on = \(value)"
        case .memberID: "member_id = \(value)"
        case .email: "email = \(value)"
        case .phone: "phone = \(value)"
        case .birthDate: "birth_date = \(value)"
        case .gender: "gender = \(value)"
        case .nationality: "nationality = \(value)"
        case .nationalID: "national_id = \(value)"
        case .bankIBAN: "bank_iban = \(value)"
        case .salary: "salary = \(value)"
        case .id, .managerID: nil
        }
    }

    /// A plain value as its column takes it.
    static func bound(_ field: EmployeeField, _ value: JSONValue?) -> SQLValue {
        guard let text = value?.string else { return .null }
        switch field {
        case .id, .departmentID, .memberID, .managerID: return UUIDv7(text).map(SQLValue.uuid) ?? .null
        case .hiredOn, .terminatedOn: return Day(text).map(SQLValue.day) ?? .null
        default: return .text(text)
        }
    }
}
