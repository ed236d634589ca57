import PolicyCore
import WireFormat

/// What one reader sees of each event: the field classes of the plan for `audit.view`, applied row by row. Pure.
struct TrailSight: Sendable {
    /// What every event is found and ordered by. The trail opens only to whoever may read these of every event, so that
    /// a filter by one of them tells nothing that is closed.
    static let frame = [
        "id", "subject_id", "actor_id", "action", "resource_type", "resource_id", "outcome", "time", "request_id",
    ]
    /// The other members of an event; each is the field of the same name in `policies/modules/audit.yaml`.
    static let members = ["browser", "changes", "decision", "device", "ip", "metadata", "persons", "reason"]
    /// The attribute that names the person whom an event is about, as `policies/modules/audit.yaml` has it.
    private static let about = "subject_id"

    /// The filter of each field's class; a field in no class is nobody's.
    private let reads: [String: Filter]

    /// What a plan of `audit.view` lets its reader see.
    init(_ plan: Plan) {
        var reads: [String: Filter] = [:]
        for each in plan.classes {
            for field in each.fieldClass.fields { reads[field] = each.read }
        }
        self.reads = reads
    }

    private init(reads: [String: Filter]) { self.reads = reads }

    /// The operator's: everything.
    static let whole = TrailSight(
        reads: Dictionary(uniqueKeysWithValues: (frame + members).map { ($0, Filter.all) }))

    /// Whether the reader may read the frame of every event.
    var opensTrail: Bool { Self.frame.allSatisfy { reads[$0] == .all } }

    /// The members of an event that are closed to the reader, whether the event has them or not.
    func withheld(from event: JSONValue) -> [String] {
        let facts = Self.facts(event)
        return Self.members.filter { !(reads[$0]?.allows(facts, about: Self.about) ?? false) }
    }

    /// What AuditService knows of an event when a class is open for some rows only. It has no reporting lines, so a
    /// class that depends on them stays closed.
    private static func facts(_ event: JSONValue) -> Resource {
        let person = event["resource"]?["person"]
        var attributes: [String: JSONValue] = [:]
        attributes["id"] = event["id"]
        attributes["subject_id"] = person
        attributes["actor_id"] = event["actor"]?["id"]
        attributes["action"] = event["action"]
        attributes["resource_type"] = event["resource"]?["type"]
        attributes["resource_id"] = event["resource"]?["id"]
        attributes["outcome"] = event["outcome"]
        attributes["time"] = event["time"]
        attributes["request_id"] = event["request_id"]
        return Resource(
            type: TrailAccess.resourceType, id: event["id"]?.string, tenant: event["tenant"]?.string,
            subjectID: person?.string, attributes: attributes)
    }
}
