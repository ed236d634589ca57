import HRDomain
import SQLQuery
import WireFormat

/// The fields of an employee, named as in `policies/modules/employee.yaml`, in the order of columns and answers.
enum EmployeeField: String, CaseIterable, Hashable, Sendable {
    case id
    case employeeNumber = "employee_number"
    case givenName = "given_name"
    case familyName = "family_name"
    case preferredName = "preferred_name"
    case jobTitle = "job_title"
    case departmentID = "department_id"
    case country
    case grade
    case employmentType = "employment_type"
    case hiredOn = "hired_on"
    case terminatedOn = "terminated_on"
    case managerID = "manager_id"
    case memberID = "member_id"
    case email
    case phone
    case birthDate = "birth_date"
    case gender
    case nationality
    case nationalID = "national_id"
    case bankIBAN = "bank_iban"
    case salary

    /// The name on the wire, in policies and of the column.
    var name: String { rawValue }

    /// How a field is kept.
    enum Storage: Sendable {
        /// A column that PostgreSQL can read.
        case plain
        /// A column that only KeyVault can open.
        case sealed
        /// Not a column of the employee: the reporting line in force.
        case reportingLine
    }

    /// How the field is kept.
    var storage: Storage {
        switch self {
        case .managerID: .reportingLine
        case .email, .phone, .birthDate, .gender, .nationality, .nationalID, .bankIBAN, .salary: .sealed
        default: .plain
        }
    }

    /// Fields that a create may state.
    static let creatable: [EmployeeField] = allCases.filter {
        $0 != .id && $0 != .terminatedOn && $0 != .memberID
    }

    /// Fields that an update may state. Manager, member and termination have routes and actions of their own.
    static let updatable: [EmployeeField] = creatable.filter { $0 != .managerID }

    /// Fields without which there is no employee.
    static let required: Set<EmployeeField> = [.employeeNumber, .givenName, .familyName, .hiredOn]

    /// Fields whose words are searched. Sealed ones are not among them: their words would stand there in plain.
    static let searchable: [EmployeeField] = [
        .givenName, .familyName, .preferredName, .jobTitle, .employeeNumber,
    ]

    /// Fields whose equality is looked up by a keyed index.
    static let indexed: [EmployeeField] = [.email, .nationalID]

    /// The fields that are sealed, in order.
    static let sealed: [EmployeeField] = allCases.filter { $0.storage == .sealed }
}

extension EmployeeField {
    /// How a value of this field is read and checked; both give the canonical JSON value.
    private struct Reading: Sendable {
        let read: @Sendable (inout FieldReader, String) -> JSONValue?
        let parse: @Sendable (JSONValue) throws(WireValueError) -> JSONValue
    }

    private static func reading<T: WireValue & WireEncodable>(_ type: T.Type) -> Reading {
        Reading(
            read: { reader, name in reader.optional(name, T.self)?.wire },
            parse: { value throws(WireValueError) in try T(wire: value).wire })
    }

    private static let readings: [EmployeeField: Reading] = [
        .id: reading(UUIDv7.self), .employeeNumber: reading(EmployeeNumber.self), .givenName: reading(PlainLine.self),
        .familyName: reading(PlainLine.self), .preferredName: reading(PlainLine.self),
        .jobTitle: reading(PlainLine.self), .departmentID: reading(UUIDv7.self), .country: reading(Country.self),
        .grade: reading(Grade.self), .employmentType: reading(EmploymentType.self), .hiredOn: reading(Day.self),
        .terminatedOn: reading(Day.self), .managerID: reading(UUIDv7.self), .memberID: reading(UUIDv7.self),
        .email: reading(EmailAddress.self), .phone: reading(PhoneNumber.self), .birthDate: reading(Day.self),
        .gender: reading(Gender.self), .nationality: reading(Country.self),
        .nationalID: reading(NationalIdentifier.self), .bankIBAN: reading(IBAN.self), .salary: reading(Salary.self),
    ]

    /// Reads the field from a body; nil when it is absent, null or wrong, which the reader records.
    func read(_ reader: inout FieldReader) -> JSONValue? {
        // INVARIANT: `readings` has every case; a test walks `allCases`.
        Self.readings[self]?.read(&reader, name)
    }

    /// The canonical form of a value.
    func canonical(_ value: JSONValue) throws(WireValueError) -> JSONValue {
        guard let reading = Self.readings[self] else { throw WireValueError("is not a field here") }
        return try reading.parse(value)
    }

    /// The text that a keyed index is made of: two spellings of one value meet.
    func comparable(_ value: JSONValue) -> String? {
        guard let text = value.string else { return nil }
        switch self {
        case .email: return EmailAddress(text)?.comparable
        case .nationalID: return NationalIdentifier(text)?.comparable
        default: return nil
        }
    }
}

/// Pay is money that is not negative.
struct Salary: WireValue, WireEncodable {
    let money: Money

    static var placeholder: Salary { Salary(money: .placeholder) }

    init(wire: JSONValue) throws(WireValueError) {
        let money = try Money(wire: wire)
        guard money.minorUnits >= 0 else { throw WireValueError("must not be negative", at: "/amount") }
        self.money = money
    }

    private init(money: Money) { self.money = money }

    var wire: JSONValue { money.wire }
}
