public import WireFormat

/// The circumstances of a request. The clock comes in here; the engine has none.
public struct RequestContext: Sendable, Hashable {
    /// The time of the request.
    public var time: Instant?
    /// The client's address.
    public var ip: String?
    /// The request's id, for evidence only.
    public var requestID: String?

    /// Creates a context.
    public init(time: Instant? = nil, ip: String? = nil, requestID: String? = nil) {
        self.time = time
        self.ip = ip
        self.requestID = requestID
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
