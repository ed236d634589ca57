import HRDomain
import WireFormat

/// The columns of an import file. Their order is the file's own; unknown ones refuse the file.
enum ImportColumn: String, CaseIterable, Sendable {
    case employeeNumber = "employee_number"
    case givenName = "given_name"
    case familyName = "family_name"
    case preferredName = "preferred_name"
    case email
    case phone
    case jobTitle = "job_title"
    case department
    case country
    case grade
    case employmentType = "employment_type"
    case hiredOn = "hired_on"
    case managerNumber = "manager_number"
    case salaryAmount = "salary_amount"
    case salaryCurrency = "salary_currency"
    case bankIBAN = "bank_iban"
    case nationalID = "national_id"
    case birthDate = "birth_date"
    case gender
    case nationality

    /// Columns without which no line could be imported.
    static let required: [ImportColumn] = [.employeeNumber, .givenName, .familyName, .hiredOn]

    /// The field that the column alone fills; nil for a part of one, and for a name that has to be looked up.
    var field: EmployeeField? {
        switch self {
        case .department, .managerNumber, .salaryAmount, .salaryCurrency: nil
        default: EmployeeField(rawValue: rawValue)
        }
    }

    /// The column to point at when a field is refused.
    static func of(_ field: EmployeeField) -> ImportColumn? {
        switch field {
        case .departmentID: .department
        case .managerID: .managerNumber
        case .salary: .salaryAmount
        default: ImportColumn(rawValue: field.rawValue)
        }
    }
}
