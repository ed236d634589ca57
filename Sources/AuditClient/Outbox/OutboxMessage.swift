public import WireFormat

/// One row of the outbox: something another service must be told, at least once, because of a change that committed.
public struct OutboxMessage: Sendable, Hashable {
    /// The most bytes one payload may have; the `CHECK` of the table says the same. Two audit events of the size that
    /// AuditService takes at most.
    public static let payloadLimit = 131_072

    /// The tenant whose change it was. Messages of no organisation use ``WireFormat/TenantID/system``.
    public let tenant: TenantID
    /// Who it is for and what it asks.
    public let topic: OutboxTopic
    /// The receiver de-duplicates by this id.
    public let id: UUIDv7
    /// What is delivered, as JSON text: what stands in the outbox is passed on as it stands.
    public let text: String

    /// Creates a message; the id is new unless the message has a natural one, as an audit event has.
    public init(tenant: TenantID, topic: OutboxTopic, id: UUIDv7 = .generate(), payload: JSONValue) {
        self.tenant = tenant
        self.topic = topic
        self.id = id
        text = payload.text
    }

    /// A message as it stands in the outbox; `text` is JSON.
    init(tenant: TenantID, topic: OutboxTopic, id: UUIDv7, text: String) {
        self.tenant = tenant
        self.topic = topic
        self.id = id
        self.text = text
    }

    /// What is delivered, read.
    public func payload() throws(JSONParseError) -> JSONValue { try JSONValue.parse(text.utf8) }
}

/// The name of a stream of messages with one destination, such as `identity.membership.end`.
public struct OutboxTopic: Sendable, Hashable, CustomStringConvertible {
    /// Lower-case letters, dots and hyphens, at most 64 of them.
    public let name: String

    /// Names a topic. Literals only, so that a topic can never come from a request.
    public init(_ name: StaticString) {
        self.name = name.description
    }

    /// Audit events for AuditService.
    public static let audit = OutboxTopic("audit")
    /// Commands to AuthService: a membership ends because the employment ended.
    public static let membershipEnd = OutboxTopic("identity.membership.end")

    /// The name.
    public var description: String { name }
}
