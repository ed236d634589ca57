public import WireFormat

/// The body of `POST /internal/v1/events`: events of one tenant, each as `AuditCore.CommittedEvent` writes it.
public struct EventDelivery: WireBody, WireEncodable {
    /// The version that this release writes and reads.
    public static let version = 1
    /// The most events of one delivery: a transaction of AuditService stays in the milliseconds.
    public static let eventLimit = 256

    /// The tenant of every event in it.
    public let tenant: TenantID
    /// The events as JSON; AuditService judges each by itself, so that one that is wrong does not hold up the others.
    public let events: [JSONValue]

    /// A delivery.
    public init(tenant: TenantID, events: [JSONValue]) {
        self.tenant = tenant
        self.events = events
    }

    /// A delivery as JSON, around events that are JSON texts already: they are not written anew.
    static func bytes(tenant: TenantID, events: [String]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(events.reduce(128) { $0 + $1.utf8.count + 1 })
        bytes.append(contentsOf: "{\"events\":[".utf8)
        for (index, event) in events.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(contentsOf: event.utf8)
        }
        bytes.append(contentsOf: "],\"tenant\":\(tenant.wire.text),\"version\":\(version)}".utf8)
        return bytes
    }

    /// Reads the envelope, not the events.
    public init(fields: inout FieldReader) {
        _ = fields.required("version", Int.self) { $0 == Self.version ? nil : "must be \(Self.version)" }
        tenant = fields.required("tenant")
        events = fields.required("events", [JSONValue].self) { events in
            if events.isEmpty { return "must not be empty" }
            return events.count > Self.eventLimit ? "must have at most \(Self.eventLimit) events" : nil
        }
    }

    /// The envelope as JSON.
    public var wire: JSONValue {
        ["version": .integer(Int64(Self.version)), "tenant": tenant.wire, "events": .array(events)]
    }
}

/// The answer to an ``EventDelivery``: what became of each event, in the order of the delivery. It is sent after the
/// transaction that stored them has committed.
public struct EventDeliveryAnswer: WireBody, WireEncodable {
    /// What became of one event.
    public struct Result: WireBody, WireEncodable, Hashable {
        /// What AuditService did with an event.
        public enum Outcome: String, Sendable, CaseIterable {
            /// It is in the log now.
            case stored
            /// It was in the log already, the same to the byte.
            case duplicate
            /// It is not in the log and will not be.
            case refused
        }

        /// The event; nil when not even that could be read.
        public let id: UUIDv7?
        /// What became of it.
        public let outcome: Outcome
        /// Its number in the tenant's tree, unless refused.
        public let sequence: Int64?
        /// Why it was refused, for the operator of the writing service.
        public let reason: String?

        /// A result.
        public init(id: UUIDv7?, outcome: Outcome, sequence: Int64? = nil, reason: String? = nil) {
            self.id = id
            self.outcome = outcome
            self.sequence = sequence
            self.reason = reason
        }

        /// Reads a result.
        public init(fields: inout FieldReader) {
            id = fields.optional("id")
            let name = fields.required("outcome", String.self) {
                Outcome(rawValue: $0) == nil ? "is not an outcome" : nil
            }
            outcome = Outcome(rawValue: name) ?? .refused
            sequence = fields.optional("sequence")
            reason = fields.optional("reason")
        }

        /// The result as JSON; what is absent is left out.
        public var wire: JSONValue {
            var members: [String: JSONValue] = ["outcome": .string(outcome.rawValue)]
            members["id"] = id?.wire
            members["sequence"] = sequence.map { .integer($0) }
            members["reason"] = reason.map { .string($0) }
            return .object(members)
        }
    }

    /// One result an event.
    public let results: [Result]

    /// An answer.
    public init(results: [Result]) {
        self.results = results
    }

    /// Reads an answer.
    public init(fields: inout FieldReader) {
        results = fields.bodies("results", most: EventDelivery.eventLimit)
        if !fields.has("results") { fields.fail("results", "is required") }
    }

    /// The answer as JSON.
    public var wire: JSONValue { ["results": .array(results.map(\.wire))] }
}
