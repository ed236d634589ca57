import AuditCore
import IdentityClient
import PolicyCore
import PolicySQL
import SQLQuery
import ServiceKit
import WireFormat

/// A plan as the member table applies it: which rows, and of which rows the fields of each class may be read.
struct MemberGate: Sendable {
    /// Over which rows the action is allowed; never left out of a statement.
    let rows: SQL
    /// Of which rows the classes `account` and `contact` may be read. What is in no class is denied.
    let readsAccount: SQL
    let readsContact: SQL
    /// For the trail.
    let decision: EventDecision?
    private let writes: [String: SQL]

    /// Of which rows a field may be written; of none when it is in no class.
    func writing(_ field: String) -> SQL { writes[field] ?? "false" }

    /// How the member table holds what policies talk about. `about` is the member itself (policies/modules/member.yaml);
    /// reporting lines are HRService's, so a filter by them is refused here.
    private static let renderer = FilterRenderer(
        map: AttributeMap(
            [
                "id": .init("m.id", .uuid), "status": .init("m.status", .text),
                "employee_id": .init("m.employee_id", .uuid),
                "roles": .init("array_to_string(m.roles, ' ')", .text),
            ],
            about: { "(m.id = \($0))" }))

    init(_ plan: Plan) throws(FilterRenderError) {
        rows = try Self.predicate(plan.rows)
        readsAccount = try Self.predicate(plan.fieldClass(named: "account")?.read ?? .none)
        readsContact = try Self.predicate(plan.fieldClass(named: "contact")?.read ?? .none)
        decision = EventDecision(plan)
        var writes: [String: SQL] = [:]
        for each in plan.classes {
            let predicate = try Self.predicate(each.write)
            for field in each.fieldClass.fields { writes[field] = predicate }
        }
        self.writes = writes
    }

    /// Unknown counts as false.
    private static func predicate(_ filter: Filter) throws(FilterRenderError) -> SQL {
        "coalesce((\(try renderer.render(filter))), false)"
    }
}

extension EventDecision {
    /// The trail's form of a plan; nil for one without an id, which is never enforced.
    init?(_ plan: Plan) {
        guard let id = plan.id else { return nil }
        self.init(id: id, rule: plan.rules.first, revision: plan.revision, scope: plan.scope.description)
    }

    /// The trail's form of a decision.
    init?(_ decision: Decision) {
        guard let id = decision.id else { return nil }
        self.init(id: id, rule: decision.rule, revision: decision.revision, scope: decision.scope.description)
    }
}

extension Member {
    /// The facts about a member that policies may ask for; this service owns the type.
    var facts: Resource {
        Resource(
            type: "member", id: id.text, tenant: tenant.text, subjectID: id.text,
            attributes: [
                "status": .string(status.rawValue), "employee_id": employeeID?.wire ?? .null,
                "roles": roles.fact, "created_at": createdAt.wire,
            ])
    }

    /// The facts that a change makes of it.
    func facts(after change: MemberChange) -> Resource {
        var facts = facts
        switch change {
        case .roles(let roles): facts.attributes["roles"] = roles.fact
        case .end:
            facts.attributes["status"] = .string(Status.ended.rawValue)
            facts.attributes["employee_id"] = .null
        }
        return facts
    }
}
