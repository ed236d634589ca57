import AuditCore
import PolicyCore
import PolicySQL
import SQLQuery
import WireFormat

/// A plan as the table of applications applies it: which rows, and of which rows the registration may be read.
struct ApplicationGate: Sendable {
    /// Over which rows the action is allowed; never left out of a statement.
    let rows: SQL
    /// Of which rows the class `registration` may be read.
    let readsRegistration: SQL
    /// For the trail.
    let decision: EventDecision?

    private static let renderer = FilterRenderer(
        map: AttributeMap(
            [
                "id": .init("a.id", .uuid),
                "status": .init("(CASE WHEN a.ended_at IS NULL THEN 'active' ELSE 'ended' END)", .text),
            ],
            about: { _ in "false" }))

    init(_ plan: Plan) throws(FilterRenderError) {
        rows = try Self.predicate(plan.rows)
        readsRegistration = try Self.predicate(plan.fieldClass(named: "registration")?.read ?? .none)
        decision = EventDecision(plan)
    }

    /// Unknown counts as false.
    private static func predicate(_ filter: Filter) throws(FilterRenderError) -> SQL {
        "coalesce((\(try renderer.render(filter))), false)"
    }
}
