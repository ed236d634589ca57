import WireFormat

/// One access evaluation request as AuthZEN 1.0 §6.1 has it: the form is judged, the facts are not yet.
///
/// Fields that AuthZEN does not know are ignored, as it demands: nothing here reads them.
struct EvaluationBody: Sendable, Hashable {
    /// Subject or resource (§5.1, §5.2).
    struct Entity: Sendable, Hashable {
        let type: String
        /// Nil only where a plan names a type.
        let id: String?
        let properties: [String: JSONValue]
    }

    let subject: Entity?
    let action: String
    let resource: Entity
    let context: [String: JSONValue]

    /// Our longest names are a third of this; ids of other companies' entities may be URLs.
    static let longestName = 512

    /// Whether the resource must be named, or only its type.
    enum Question { case evaluation, plan }

    /// Reads a request.
    init(_ body: JSONValue, _ question: Question = .evaluation) throws(Refusal) {
        guard let members = body.object else { throw .malformed("the request must be a JSON object") }
        switch question {
        case .evaluation: subject = try Self.entity("subject", members["subject"], needsID: true)
        // Without a subject a plan is for the bearer of the token.
        case .plan:
            subject = members["subject"] == nil ? nil : try Self.entity("subject", members["subject"], needsID: true)
        }
        guard let action = members["action"] else { throw .malformed("`action` is missing") }
        guard action.object != nil else { throw .malformed("`action` must be an object") }
        self.action = try Self.name("action.name", action["name"])
        _ = try Self.object("action.properties", action["properties"])
        resource = try Self.entity("resource", members["resource"], needsID: question == .evaluation)
        context = try Self.object("context", members["context"])
    }

    private static func entity(_ place: String, _ value: JSONValue?, needsID: Bool) throws(Refusal) -> Entity {
        guard let value else { throw .malformed("`\(place)` is missing") }
        guard value.object != nil else { throw .malformed("`\(place)` must be an object") }
        let id = needsID || value["id"] != nil ? try name("\(place).id", value["id"]) : nil
        return Entity(
            type: try name("\(place).type", value["type"]), id: id,
            properties: try object("\(place).properties", value["properties"]))
    }

    private static func name(_ place: String, _ value: JSONValue?) throws(Refusal) -> String {
        guard let value else { throw .malformed("`\(place)` is missing") }
        guard let text = value.string else { throw .malformed("`\(place)` must be a string") }
        guard !text.isEmpty, text.utf8.count <= longestName else {
            throw .malformed("`\(place)` must have 1 to \(longestName) bytes")
        }
        return text
    }

    private static func object(_ place: String, _ value: JSONValue?) throws(Refusal) -> [String: JSONValue] {
        guard let value else { return [:] }
        guard let members = value.object else { throw .malformed("`\(place)` must be an object") }
        return members
    }
}
