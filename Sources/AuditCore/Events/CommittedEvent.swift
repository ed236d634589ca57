public import WireFormat

/// An event with its salt and commitment, as a writer puts it into its outbox and AuditService receives it.
public struct CommittedEvent: Sendable, Hashable {
    /// The event.
    public let event: AuditEvent
    /// The commitment's salt.
    public let salt: EventSalt
    /// The event in canonical form.
    public let canonicalBytes: [UInt8]
    /// What the tree holds.
    public let commitment: TreeHash

    /// Commits to an event.
    ///
    /// - Throws: `FieldErrors` when the event breaks a bound: a writer learns it before anything is committed.
    public init(_ event: AuditEvent, salt: EventSalt = .generate()) throws(FieldErrors) {
        let wire = event.wire
        let bytes = wire.bytes()
        guard bytes.count <= EventLimits.eventBytes else { throw Self.tooLong(at: "") }
        // The written event must read as the same event, so that AuditService accepts what a writer committed to.
        guard try AuditEvent.decode(from: wire) == event else {
            throw FieldErrors([FieldError(pointer: "", detail: "does not read back as it was written")])
        }
        self.event = event
        self.salt = salt
        canonicalBytes = bytes
        commitment = EventCommitment.commit(salt: salt, canonicalBytes: bytes)
    }

    fileprivate static func tooLong(at pointer: String) -> FieldErrors {
        let detail = "is longer than \(EventLimits.eventBytes) bytes in canonical form"
        return FieldErrors([FieldError(pointer: pointer, detail: detail)])
    }
}

extension CommittedEvent: WireEncodable {
    /// `{"event": …, "salt": "base64url", "commitment": "hex"}`.
    public var wire: JSONValue {
        ["event": event.wire, "salt": salt.wire, "commitment": .string(commitment.hex)]
    }

    /// `wire` as canonical text, around the event's own canonical bytes: the event is written once.
    ///
    /// INVARIANT: the members stand in the order of RFC 8785, and hexadecimal and base64url need no escape.
    public var wireText: String {
        let event = String(decoding: canonicalBytes, as: UTF8.self)
        return "{\"commitment\":\"\(commitment.hex)\",\"event\":\(event),\"salt\":\"\(Base64URL.encode(salt.bytes))\"}"
    }

    /// Reads `{"event", "salt", "commitment"}` and recomputes the commitment: one that differs is refused.
    public static func decode(from value: JSONValue) throws(FieldErrors) -> CommittedEvent {
        let received = try Received.decode(from: value)
        let bytes = received.event.canonicalBytes
        guard bytes.count <= EventLimits.eventBytes else { throw tooLong(at: "/event") }
        guard EventCommitment.commit(salt: received.salt, canonicalBytes: bytes) == received.commitment else {
            throw FieldErrors([FieldError(pointer: "/commitment", detail: "is not the commitment of this event")])
        }
        return CommittedEvent(received, canonicalBytes: bytes)
    }

    private init(_ received: Received, canonicalBytes: [UInt8]) {
        event = received.event
        salt = received.salt
        self.canonicalBytes = canonicalBytes
        commitment = received.commitment
    }

    private struct Received: WireBody {
        let event: AuditEvent
        let salt: EventSalt
        let commitment: TreeHash

        init(fields: inout FieldReader) {
            event = fields.body("event") ?? Received.placeholderEvent
            salt = fields.required("salt")
            commitment = fields.required("commitment")
            if !fields.has("event") { fields.fail("event", "is required") }
        }

        /// Never leaves the decoder: `event` missing is an error.
        private static var placeholderEvent: AuditEvent {
            AuditEvent(
                id: .placeholder, tenant: .placeholder, time: .placeholder, actor: .anonymous, action: "",
                resource: EventResource(type: ""), outcome: .placeholder)
        }
    }
}
