import PolicyCore
import PolicySQL
import SQLQuery

/// Where the attributes of `policies/modules/employee.yaml` are stored: the only place where policy and columns meet.
struct EmployeeFilters: Sendable {
    /// How many records a statement is about; decides from which end a manager chain is walked, never what it holds.
    enum Extent: Sendable {
        case one
        case many
    }

    private let renderer: FilterRenderer

    /// Filters over `employee e` of a store's tenant, as of its instant.
    init(_ store: EmployeeStore, _ extent: Extent) {
        let tenant = store.tenant
        let instant = store.instant
        let map = AttributeMap(
            [
                "id": .init("e.id", .uuid), "employee_number": .init("e.employee_number", .text),
                "given_name": .init("e.given_name", .text), "family_name": .init("e.family_name", .text),
                "preferred_name": .init("e.preferred_name", .text), "job_title": .init("e.job_title", .text),
                "department_id": .init("e.department_id", .uuid), "country": .init("e.country", .text),
                "grade": .init("e.grade", .text), "employment_type": .init("e.employment_type", .text),
                "hired_on": .init("e.hired_on", .day), "terminated_on": .init("e.terminated_on", .day),
                "member_id": .init("e.member_id", .uuid),
                "manager_id": .init(ReportingLineStore.manager(asOf: instant), .uuid),
            ],
            about: { person in "e.id = \(person)" },
            inChain: { person, depth in
                switch extent {
                case .one: ReportingLineStore.isAbove(person, tenant: tenant, asOf: instant, direct: depth == .direct)
                case .many: ReportingLineStore.isBelow(person, tenant: tenant, asOf: instant, direct: depth == .direct)
                }
            })
        renderer = FilterRenderer(map: map)
    }

    /// A filter as a predicate.
    func sql(_ filter: Filter) throws -> SQL { try renderer.render(filter) }
}
