public import WireFormat

/// One thing that happened: who did what to what, how it ended, and by which decision. Version 1 of the wire form.
public struct AuditEvent: Sendable, Hashable {
    /// The version that this release writes.
    public static let currentVersion = 1
    /// The versions that this release reads.
    public static let readableVersions = [currentVersion]

    /// The event's identity; deliveries are counted once by it.
    public let id: UUIDv7
    /// The organisation, or `system` for what belongs to none.
    public let tenant: TenantID
    /// When it happened, by the clock of the service that wrote the event.
    public let time: Instant
    /// Who acted.
    public let actor: EventActor
    /// The policy's action, such as `employee.update`.
    public let action: String
    /// What was acted on.
    public let resource: EventResource
    /// How it ended.
    public let outcome: EventOutcome
    /// Why, as a code such as `no-grant`.
    public let reason: String?
    /// The decision that was enforced, when there was one.
    public let decision: EventDecision?
    /// The request that caused it.
    public let requestID: RequestID?
    /// The caller's address.
    public let ip: String?
    /// The caller's device.
    public let device: String?
    /// The caller's browser or program.
    public let browser: String?
    /// What changed.
    public let changes: [EventChange]
    /// Those whose sensitive fields were shown, beside `resource.person`.
    public let persons: [UUIDv7]
    /// Context for readers; never sensitive, and bounded by `EventLimits.metadataBytes`.
    public let metadata: [String: JSONValue]

    /// An event of the current version.
    public init(
        id: UUIDv7, tenant: TenantID, time: Instant, actor: EventActor, action: String, resource: EventResource,
        outcome: EventOutcome, reason: String? = nil, decision: EventDecision? = nil, requestID: RequestID? = nil,
        ip: String? = nil, device: String? = nil, browser: String? = nil, changes: [EventChange] = [],
        persons: [UUIDv7] = [], metadata: [String: JSONValue] = [:]
    ) {
        self.id = id
        self.tenant = tenant
        self.time = time
        self.actor = actor
        self.action = action
        self.resource = resource
        self.outcome = outcome
        self.reason = reason
        self.decision = decision
        self.requestID = requestID
        self.ip = ip
        self.device = device
        self.browser = browser
        self.changes = changes
        self.persons = persons
        self.metadata = metadata
    }
}
