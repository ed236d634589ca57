import AuditCore
import WireFormat

extension ActionName {
    static let employeeView = ActionName(module: "employee", "view")
    static let employeeCreate = ActionName(module: "employee", "create")
    static let employeeUpdate = ActionName(module: "employee", "update")
    static let employeeTerminate = ActionName(module: "employee", "terminate")
    static let employeeChangeManager = ActionName(module: "employee", "change_manager")
    static let employeeLinkMember = ActionName(module: "employee", "link_member")
    static let employeeImport = ActionName(module: "employee", "import")
}

extension EventResource {
    /// One employee whom the tenant has.
    static func employee(_ id: UUIDv7) -> EventResource { EventResource(type: "employee", id: id.text, person: id) }

    /// An id that may be nobody's.
    static func employee(sought id: UUIDv7) -> EventResource { EventResource(type: "employee", id: id.text) }

    /// Employees as a whole.
    static let employees = EventResource(type: "employee")
}
