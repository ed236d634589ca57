public import WireFormat

/// The circumstances of a request. The clock comes in here; the engine has none.
public struct RequestContext: Sendable, Hashable {
    /// The time of the request.
    public var time: Instant?
    /// The client's address.
    public var ip: String?
    /// The request's id, for evidence only.
    public var requestID: String?
    /// Why the person does it, in their own words.
    public var reason: String?
    /// Who has agreed. Only what was verified may stand here, never a request's own claim.
    public var approvals: [Approval]
    /// The emergency that the person has declared, verified; nil when there is none.
    public var emergency: Emergency?

    /// Creates a context.
    public init(
        time: Instant? = nil, ip: String? = nil, requestID: String? = nil, reason: String? = nil,
        approvals: [Approval] = [], emergency: Emergency? = nil
    ) {
        self.time = time
        self.ip = ip
        self.requestID = requestID
        self.reason = reason
        self.approvals = approvals
        self.emergency = emergency
    }
}

/// May this subject do this to this resource?
public struct DecisionRequest: Sendable, Hashable {
    /// Who asks.
    public var subject: Subject
    /// What is to be done: `module.action`, such as `employee.view`.
    public var action: String
    /// To what.
    public var resource: Resource
    /// In which circumstances.
    public var context: RequestContext

    /// Creates a request.
    public init(subject: Subject, action: String, resource: Resource, context: RequestContext = RequestContext()) {
        self.subject = subject
        self.action = action
        self.resource = resource
        self.context = context
    }
}

/// To which resources may this subject do this?
public struct PlanRequest: Sendable, Hashable {
    /// Who asks.
    public var subject: Subject
    /// What is to be done: `module.action`, such as `employee.view`.
    public var action: String
    /// The module whose records are meant; the action must be one of it.
    public var resourceType: String
    /// In which circumstances.
    public var context: RequestContext

    /// Creates a request.
    public init(
        subject: Subject, action: String, resourceType: String, context: RequestContext = RequestContext()
    ) {
        self.subject = subject
        self.action = action
        self.resourceType = resourceType
        self.context = context
    }
}

/// The agreement of a person, as a verified receipt proves it: to this action on this record, and to nothing else.
public struct Approval: Sendable, Hashable {
    /// The member who agreed.
    public var approver: String
    /// The approver's roles when it was given.
    public var roles: [String]
    /// `module.action`.
    public var action: String
    /// The record; nil for an action without one.
    public var resourceID: String?
    /// When it was given.
    public var time: Instant

    /// An approval.
    public init(approver: String, roles: [String], action: String, resourceID: String?, time: Instant) {
        self.approver = approver
        self.roles = roles
        self.action = action
        self.resourceID = resourceID
        self.time = time
    }
}

/// A declared emergency (break-glass), as a verified receipt proves it.
public struct Emergency: Sendable, Hashable {
    /// Why.
    public var reason: String
    /// When it was declared.
    public var since: Instant
    /// When it is over; that moment is outside.
    public var until: Instant

    /// An emergency.
    public init(reason: String, since: Instant, until: Instant) {
        self.reason = reason
        self.since = since
        self.until = until
    }
}
