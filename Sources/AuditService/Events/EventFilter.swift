import ServiceKit
import WireFormat

/// What a reader of the trail asks for.
struct EventFilter: Sendable, Hashable {
    /// In which order the events come.
    enum Order: String, Sendable, CaseIterable {
        case newest
        case oldest
    }

    /// The parameters of a list of events, besides `limit` and `cursor`.
    static let parameters: Set<String> = [
        "actor", "action", "resource_type", "resource_id", "outcome", "request_id", "from", "to", "order",
    ]
    /// The longest text to look for: the columns hold no longer ones (`EventLimits.identifier`).
    private static let longestText = 256

    var actor: String?
    var action: String?
    var resourceType: String?
    var resourceID: String?
    var outcome: String?
    var requestID: String?
    /// From this instant on.
    var from: Instant?
    /// Before this instant.
    var to: Instant?
    var order: Order

    /// A filter that asks for nothing but what is given.
    init(
        actor: String? = nil, action: String? = nil, resourceType: String? = nil, resourceID: String? = nil,
        outcome: String? = nil, requestID: String? = nil, from: Instant? = nil, to: Instant? = nil, order: Order
    ) {
        self.actor = actor
        self.action = action
        self.resourceType = resourceType
        self.resourceID = resourceID
        self.outcome = outcome
        self.requestID = requestID
        self.from = from
        self.to = to
        self.order = order
    }

    /// Reads the filter of a request.
    init(_ query: QueryParameters) throws(Problem) {
        actor = try Self.text("actor", query)
        action = try Self.text("action", query)
        resourceType = try Self.text("resource_type", query)
        resourceID = try Self.text("resource_id", query)
        outcome = try Self.text("outcome", query)
        requestID = try Self.text("request_id", query)
        from = try query.instant("from")
        to = try query.instant("to")
        order = try query.choice("order") ?? .newest
        if resourceID != nil && resourceType == nil {
            throw .invalidQuery("resource_id", "needs `resource_type` beside it")
        }
        if let from, let to, from >= to { throw .invalidQuery("to", "is not after `from`") }
    }

    /// The same for the same question, whatever the spelling: what a cursor is bound to.
    var fingerprint: String {
        let parts: [JSONValue] = [
            JSONValue(actor), JSONValue(action), JSONValue(resourceType), JSONValue(resourceID), JSONValue(outcome),
            JSONValue(requestID), JSONValue(from?.rfc3339), JSONValue(to?.rfc3339), .string(order.rawValue),
        ]
        return "events " + String(decoding: JSONValue.array(parts).bytes(), as: UTF8.self)
    }

    /// What was asked for, for the event about the reading.
    var metadata: [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        members["actor"] = actor.map(JSONValue.string)
        members["action"] = action.map(JSONValue.string)
        members["resource_type"] = resourceType.map(JSONValue.string)
        members["resource_id"] = resourceID.map(JSONValue.string)
        members["outcome"] = outcome.map(JSONValue.string)
        members["request_id"] = requestID.map(JSONValue.string)
        members["from"] = from.map { .string($0.rfc3339) }
        members["to"] = to.map { .string($0.rfc3339) }
        return members
    }

    private static func text(_ name: String, _ query: QueryParameters) throws(Problem) -> String? {
        guard let text = query.string(name) else { return nil }
        guard !text.isEmpty else { throw .invalidQuery(name, "is empty") }
        guard text.utf8.count <= longestText else { throw .invalidQuery(name, "is longer than \(longestText) bytes") }
        return text
    }
}
