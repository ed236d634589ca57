import HRDomain
import WireFormat

/// The values of some fields of an employee, checked and in canonical form; `null` says "nothing".
struct EmployeeValues: Sendable, Hashable {
    /// By field; an absent field is left alone.
    var values: [EmployeeField: JSONValue]

    init(_ values: [EmployeeField: JSONValue] = [:]) { self.values = values }

    subscript(_ field: EmployeeField) -> JSONValue? {
        get { values[field] }
        set { values[field] = newValue }
    }

    /// The text of a field that has one.
    func text(_ field: EmployeeField) -> String? { values[field]?.string }

    /// The id in a field that has one.
    func uuid(_ field: EmployeeField) -> UUIDv7? { text(field).flatMap(UUIDv7.init) }

    /// The day in a field that has one.
    func day(_ field: EmployeeField) -> Day? { text(field).flatMap(Day.init) }

    /// These values with `changes` put over them.
    func applying(_ changes: EmployeeValues) -> EmployeeValues {
        EmployeeValues(values.merging(changes.values) { _, new in new })
    }

    /// The fields of `changes` whose value differs from here.
    func differing(from changes: EmployeeValues) -> [EmployeeField] {
        EmployeeField.allCases.filter { field in
            guard let new = changes[field] else { return false }
            return new != self[field] ?? .null
        }
    }

    /// What is wrong with the values together, by field.
    var complaints: [(field: EmployeeField, detail: String)] {
        var complaints: [(EmployeeField, String)] = []
        if let hired = day(.hiredOn), let left = day(.terminatedOn), left < hired {
            complaints.append((.hiredOn, "must not be after terminated_on"))
        }
        if let born = day(.birthDate), let hired = day(.hiredOn), hired <= born {
            complaints.append((.birthDate, "must be before hired_on"))
        }
        return complaints
    }
}

/// The body of a create.
struct NewEmployee: WireBody {
    /// Every field that was stated; required ones are there.
    let values: EmployeeValues

    init(fields: inout FieldReader) {
        var values = EmployeeValues()
        for field in EmployeeField.creatable {
            let isMissing = !fields.has(field.name)
            if let value = field.read(&fields) {
                values[field] = value
            } else if isMissing && EmployeeField.required.contains(field) {
                fields.fail(field.name, "is required")
            } else if !isMissing && EmployeeField.required.contains(field) {
                fields.failIfNull(field)
            }
        }
        for complaint in values.complaints { fields.fail(complaint.field.name, complaint.detail) }
        self.values = values
    }
}

/// The body of an update: what is stated changes, `null` clears, the rest stays.
struct EmployeeChanges: WireBody {
    /// Every field that was stated.
    let values: EmployeeValues

    init(fields: inout FieldReader) {
        var values = EmployeeValues()
        for field in EmployeeField.updatable where fields.has(field.name) {
            let errors = fields.errors.count
            if let value = field.read(&fields) {
                values[field] = value
            } else if fields.errors.count == errors {
                if EmployeeField.required.contains(field) { fields.fail(field.name, "cannot be cleared") }
                values[field] = .null
            }
        }
        self.values = values
    }
}

extension FieldReader {
    /// A required field that was there and gave no value was null, unless an error is already recorded for it.
    fileprivate mutating func failIfNull(_ field: EmployeeField) {
        let pointer = "/" + field.name
        if !errors.contains(where: { $0.pointer == pointer || $0.pointer.hasPrefix(pointer + "/") }) {
            fail(field.name, "is required")
        }
    }
}

/// The body of a termination.
struct Termination: WireBody {
    /// The day from which the person is no longer employed.
    let terminatedOn: Day

    init(fields: inout FieldReader) { terminatedOn = fields.required("terminated_on") }
}

/// The body of a change of manager.
struct ManagerAssignment: WireBody {
    /// Whom the employee reports to from now on; nil for nobody.
    let manager: UUIDv7?

    init(fields: inout FieldReader) {
        manager = fields.optional("manager_id")
        if !fields.has("manager_id") { fields.fail("manager_id", "is required; null for nobody") }
    }
}

/// The body of a link between employee and member.
struct MemberLink: WireBody {
    /// The member.
    let member: UUIDv7

    init(fields: inout FieldReader) { member = fields.required("member_id") }
}

/// An employee as one caller sees it.
struct EmployeeView: Sendable {
    let id: UUIDv7
    /// What the caller may read.
    let values: EmployeeValues
    /// The names of the fields that the caller may not read, in order.
    let withheld: [String]

    /// A record of which the caller sees nothing but that it is there.
    static func hidden(_ id: UUIDv7) -> EmployeeView {
        EmployeeView(
            id: id, values: EmployeeValues(), withheld: EmployeeField.allCases.filter { $0 != .id }.map(\.name))
    }

    /// The item of a list, and the answer to a read.
    var wire: JSONValue {
        var members: [String: JSONValue] = ["id": id.wire, "withheld": JSONValue(withheld)]
        for (field, value) in values.values { members[field.name] = value }
        return .object(members)
    }
}
