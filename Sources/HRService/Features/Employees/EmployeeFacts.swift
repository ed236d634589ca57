import PolicyClient
import PolicyCore
import Postgres
import WireFormat

/// What HRService states about an employee when it asks for a decision: the plain attributes of
/// `policies/employee.yaml`, and the chain of managers as of the request. Sealed values are not sent; a condition on one
/// finds the fact missing, which never allows.
enum EmployeeFacts {
    /// The facts of a row of `EmployeeStore.facts(of:)`.
    static func facts(_ row: Row) throws -> (values: EmployeeValues, chain: [UUIDv7]) {
        var values = EmployeeValues()
        for field in EmployeeField.allCases where field.storage != .sealed && field != .id {
            values[field] = JSONValue(try row.get(field.name, as: String?.self))
        }
        return (values, try row.get("manager_chain"))
    }

    /// The facts of an employee with these values, existing or to be.
    static func resource(_ values: EmployeeValues, of id: UUIDv7, chain: [UUIDv7], tenant: TenantID) -> ResourceFacts {
        var attributes: [String: JSONValue] = [:]
        for (field, value) in values.values where field.storage != .sealed && !value.isNull {
            attributes[field.name] = value
        }
        return ResourceFacts(
            type: "employee", id: id.text, tenant: tenant.text, subjectID: id.text, managerChain: chain.map(\.text),
            attributes: attributes)
    }
}
