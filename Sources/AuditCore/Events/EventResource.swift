public import WireFormat

/// What was acted on.
public struct EventResource: Sendable, Hashable {
    /// The resource type of the policy, such as `employee`.
    public var type: String
    /// Its id; nil for a list, a search, or something that does not exist.
    public var id: String?
    /// The person that the resource is about, when it is one.
    public var person: UUIDv7?

    /// A resource.
    public init(type: String, id: String? = nil, person: UUIDv7? = nil) {
        self.type = type
        self.id = id
        self.person = person
    }
}

/// The decision that was enforced.
public struct EventDecision: Sendable, Hashable {
    /// The decision's id at PolicyEngine.
    public var id: String
    /// The rule that decided; nil when none matched.
    public var rule: String?
    /// The revision of the policy in force.
    public var revision: String
    /// The scope's name.
    public var scope: String?

    /// A decision.
    public init(id: String, rule: String? = nil, revision: String, scope: String? = nil) {
        self.id = id
        self.rule = rule
        self.revision = revision
        self.scope = scope
    }
}

/// How it ended.
public enum EventOutcome: String, Sendable, Hashable, CaseIterable {
    /// It was permitted and done.
    case allowed
    /// It was refused.
    case denied
    /// It was permitted and could not be done.
    case failed
}

extension EventOutcome: WireValue, WireEncodable {
    /// Stands for an outcome that could not be read.
    public static var placeholder: EventOutcome { .failed }

    /// Reads the outcome's name.
    public init(wire: JSONValue) throws(WireValueError) {
        guard let outcome = EventOutcome(rawValue: try String(wire: wire)) else {
            throw WireValueError("must be allowed, denied or failed")
        }
        self = outcome
    }

    /// The outcome's name.
    public var wire: JSONValue { .string(rawValue) }
}

extension EventResource: WireBody, WireEncodable {
    /// Reads the resource.
    public init(fields: inout FieldReader) {
        type = fields.required("type", check: identifierComplaint)
        id = fields.optional("id", check: identifierComplaint)
        person = fields.optional("person")
    }

    /// The resource as JSON; what is absent is left out.
    public var wire: JSONValue {
        var members: [String: JSONValue] = ["type": .string(type)]
        members["id"] = id.map(JSONValue.string)
        members["person"] = person?.wire
        return .object(members)
    }
}

extension EventDecision: WireBody, WireEncodable {
    /// Reads the decision.
    public init(fields: inout FieldReader) {
        id = fields.required("id", check: identifierComplaint)
        rule = fields.optional("rule", check: identifierComplaint)
        revision = fields.required("revision", check: identifierComplaint)
        scope = fields.optional("scope", check: identifierComplaint)
    }

    /// The decision as JSON; what is absent is left out.
    public var wire: JSONValue {
        var members: [String: JSONValue] = ["id": .string(id), "revision": .string(revision)]
        members["rule"] = rule.map(JSONValue.string)
        members["scope"] = scope.map(JSONValue.string)
        return .object(members)
    }
}
