public import AuditCore
public import ServiceKit
public import WireFormat

extension AuditEvent {
    /// An event about a request of a signed-in user: actor, tenant, request id, address, device and browser are taken
    /// from the request and its token.
    public init(
        _ call: Call, by token: AccessToken, action: String, resource: EventResource,
        outcome: EventOutcome = .allowed, reason: String? = nil, decision: EventDecision? = nil,
        changes: [EventChange] = [], persons: [UUIDv7] = [], metadata: [String: JSONValue] = [:]
    ) {
        self.init(
            call, by: EventActor(token), tenant: token.tenant, action: action, resource: resource, outcome: outcome,
            reason: reason, decision: decision, changes: changes, persons: persons, metadata: metadata)
    }

    /// An event about a request of anybody else: somebody who signs in, a service, the operator, nobody we know.
    ///
    /// - Parameter tenant: `system` when no organisation is known.
    public init(
        _ call: Call, by actor: EventActor, tenant: TenantID, action: String, resource: EventResource,
        outcome: EventOutcome = .allowed, reason: String? = nil, decision: EventDecision? = nil,
        changes: [EventChange] = [], persons: [UUIDv7] = [], metadata: [String: JSONValue] = [:]
    ) {
        let time = Instant.now()
        let device = call.device
        self.init(
            id: .generate(at: time), tenant: tenant, time: time, actor: actor, action: action, resource: resource,
            outcome: outcome, reason: reason, decision: decision, requestID: call.id,
            ip: call.clientIP.isEmpty ? nil : call.clientIP, device: device.device, browser: device.browser,
            changes: changes, persons: persons, metadata: metadata)
    }

    /// An event of a job that no request caused, such as a key rotation. It gets a request id of its own, so that its
    /// log lines can be found.
    public init(
        job service: ServiceName, tenant: TenantID, action: String, resource: EventResource,
        outcome: EventOutcome = .allowed, reason: String? = nil, requestID: RequestID = .generate(),
        changes: [EventChange] = [], metadata: [String: JSONValue] = [:]
    ) {
        let time = Instant.now()
        self.init(
            id: .generate(at: time), tenant: tenant, time: time, actor: EventActor(service), action: action,
            resource: resource, outcome: outcome, reason: reason, requestID: requestID, changes: changes,
            metadata: metadata)
    }
}

extension EventActor {
    /// The member that a token is for, with those who act for the member (RFC 8693 `act`, the latest first).
    public init(_ token: AccessToken) {
        var via: [EventParty] = []
        var hop = token.act
        while let party = hop, via.count < EventLimits.via {
            if let subject = party["sub"]?.string { via.append(EventParty(kind: .agent, id: subject)) }
            hop = party["act"]
        }
        self.init(
            kind: .member, id: token.subject.text, roles: token.roles, session: token.session, via: via)
    }

    /// A service on its own behalf; the command-line tool is the operator.
    public init(_ service: ServiceName) {
        self.init(kind: service == .operator ? .operator : .service, id: service.text)
    }
}
