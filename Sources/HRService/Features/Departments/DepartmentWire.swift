import HRDomain
import WireFormat

/// The body of a create.
struct NewDepartment: WireBody {
    let name: PlainLine
    let code: PlainLine?

    init(fields: inout FieldReader) {
        name = fields.required("name")
        code = fields.optional("code")
    }
}

/// The body of an update: what is stated changes, `null` clears the code.
struct DepartmentChanges: WireBody {
    let name: PlainLine?
    let code: PlainLine?
    let statesCode: Bool

    init(fields: inout FieldReader) {
        let statesName = fields.has("name")
        statesCode = fields.has("code")
        name = statesName ? fields.required("name") : nil
        code = fields.optional("code")
        if !statesName && !statesCode { fields.fail("name", "or code must be stated") }
    }
}

/// A department as one caller sees it.
struct DepartmentView: Sendable {
    let department: Department
    let readable: Set<String>

    var wire: JSONValue {
        var members: [String: JSONValue] = ["id": department.id.wire]
        if readable.contains("name") { members["name"] = .string(department.name) }
        if readable.contains("code") { members["code"] = JSONValue(department.code) }
        members["withheld"] = JSONValue(DepartmentStore.fields.filter { !readable.contains($0) })
        return .object(members)
    }

    /// What the tag is made of: the version, and which fields are seen.
    var tag: String {
        "v\(department.version)" + DepartmentStore.fields.map { readable.contains($0) ? "." + $0 : "" }.joined()
    }
}
