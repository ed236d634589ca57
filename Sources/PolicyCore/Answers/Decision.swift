public import WireFormat

/// Something that must happen besides. With an allow the caller does it, or treats the answer as a deny; with a deny for
/// the reason `obligation:ID` it is what is missing.
public struct Obligation: Sendable, Hashable {
    /// The id of the rule's obligation.
    public let id: String
    /// What kind, such as `step_up`.
    public let type: String
    /// Its particulars.
    public let properties: [String: JSONValue]

    /// Creates an obligation.
    public init(id: String, type: String, properties: [String: JSONValue]) {
        self.id = id
        self.type = type
        self.properties = properties
    }
}

/// The answer to a `DecisionRequest`: this very resource is covered, or not.
public struct Decision: Sendable, Hashable {
    /// Whether it is allowed.
    public let isAllowed: Bool
    /// Why not; nil when allowed.
    public let reason: Reason?
    /// The widest scope that matched; `none` when denied.
    public let scope: Scope
    /// The rule that decided: the grant, or the denial that beat it.
    public let rule: String?
    /// The bundle's revision.
    public let revision: String
    /// What the caller must also do; in a deny, what is missing.
    public let obligations: [Obligation]
    /// Which fields of the record may be read and written; nothing when denied.
    public let fields: FieldAccess
    /// The decision's id, given by the service that answered.
    public var id: String?
    /// Whether the facts were made up (`policy.simulate`): never to be enforced.
    public var isSimulated = false

    init(
        isAllowed: Bool, reason: Reason?, scope: Scope, rule: String?, revision: String,
        obligations: [Obligation] = [], fields: FieldAccess
    ) {
        self.isAllowed = isAllowed
        self.reason = reason
        self.scope = scope
        self.rule = rule
        self.revision = revision
        self.obligations = obligations
        self.fields = fields
    }
}
